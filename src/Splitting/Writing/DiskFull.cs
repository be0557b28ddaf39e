namespace CachePolicies.Splitting;

/// <summary>Tells a full disk apart from other failures of a file.</summary>
internal static class DiskFull
{
    // errno of Unix: file too large for a limit, no space left on device, quota exceeded; then the codes of Windows for a full disk.
    private static readonly int[] Codes = [27, 28, OperatingSystem.IsMacOS() ? 69 : 122, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    public static bool Is(IOException failure) => Codes.Contains(failure.HResult);

    /// <summary>The failure as a sentence that says what was expected.</summary>
    public static IOException Explain(IOException failure, string directory) => new(
        $"There is no room for '{directory}': {failure.Message.TrimEnd('.')}. Nothing was left behind; free some space, or name a directory on another disk.", failure.HResult);
}
