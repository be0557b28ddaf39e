using System.Runtime.InteropServices;

namespace CachePolicies.Splitting;

/// <summary>A second name for a file, without a second copy of its bytes.</summary>
internal static partial class HardLink
{
    /// <summary>Makes the link; <see langword="false"/> where the file system has none or it would lead to another one.</summary>
    public static bool TryCreate(string path, string existing) => OperatingSystem.IsWindows()
        ? CreateHardLinkW(path, existing, IntPtr.Zero)
        : Link(existing, path) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string path);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLinkW(string path, string existing, IntPtr security);
}
