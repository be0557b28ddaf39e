using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What an allocator of the runtime says of itself. The managed binding does not offer it, the C API of 1.23 and later does.</summary>
internal static unsafe partial class ArenaStatistics
{
    private const uint ApiVersion = 23;

    // Places in the table of the C API, which only ever grows at its end.
    private const int ReleaseStatus = 93;
    private const int GetKeyValue = 297;
    private const int ReleaseKeyValuePairs = 300;
    private const int AllocatorGetStats = 319;

    /// <summary>Bytes that the allocator took from the device and has not handed out; <see langword="null"/> where it does not say.</summary>
    public static long? ReserveOf(OrtAllocator allocator)
    {
        nint* api;
        try
        {
            api = ((delegate* unmanaged<uint, nint*>)OrtGetApiBase()->GetApi)(ApiVersion);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }

        if (api is null)
        {
            return null;
        }

        nint pairs;
        var status = ((delegate* unmanaged<nint, nint*, nint>)api[AllocatorGetStats])(allocator.DangerousGetHandle(), &pairs);
        if (status != 0)
        {
            ((delegate* unmanaged<nint, void>)api[ReleaseStatus])(status);
            return null;
        }

        try
        {
            return Read(api, pairs, "TotalAllocated\0"u8) - Read(api, pairs, "InUse\0"u8);
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)api[ReleaseKeyValuePairs])(pairs);
            GC.KeepAlive(allocator);
        }
    }

    private static long? Read(nint* api, nint pairs, ReadOnlySpan<byte> key)
    {
        fixed (byte* name = key)
        {
            var value = ((delegate* unmanaged<nint, byte*, nint>)api[GetKeyValue])(pairs, name);
            return long.TryParse(Marshal.PtrToStringUTF8(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }

    [LibraryImport("onnxruntime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial ApiBase* OrtGetApiBase();

    [StructLayout(LayoutKind.Sequential)]
    private struct ApiBase
    {
        public nint GetApi;
        public nint GetVersionString;
    }
}
