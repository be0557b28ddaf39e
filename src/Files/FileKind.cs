using System.Runtime.InteropServices;

namespace CachePolicies.Files;

/// <summary>Tells pipes, sockets and devices from regular files, which the base class library does not.</summary>
internal static partial class FileKind
{
    private const int TypeMask = 0xF000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000, Socket = 0xC000;
    private const int CurrentDirectory = -100;
    private const uint StatxType = 1;

    /// <summary>What a path that exists leads to, where it is not a regular file; otherwise, and where the system does not say, <see langword="null"/>.</summary>
    public static string? Of(string path) => (ModeOf(path) & TypeMask) switch
    {
        Pipe => "a named pipe",
        CharacterDevice or BlockDevice => "a device",
        Socket => "a socket",
        _ => null,
    };

    private static unsafe int ModeOf(string path)
    {
        // Larger than the structures of any system; the fields used are at fixed places in them.
        var status = stackalloc byte[512];
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return Statx(CurrentDirectory, path, 0, StatxType, status) == 0 ? *(ushort*)(status + 28) : 0;
            }

            if (OperatingSystem.IsMacOS())
            {
                var found = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatInode64(path, status) : Stat(path, status);
                return found == 0 ? *(ushort*)(status + 4) : 0;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
        }

        return OperatingSystem.IsWindows() && (File.GetAttributes(path) & FileAttributes.Device) != 0 ? CharacterDevice : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Stat(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatInode64(string path, byte* status);
}
