using System.Text.RegularExpressions;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Reads what ONNX Runtime says when something fails.</summary>
internal static partial class RuntimeMessages
{
    private const int MaximumLength = 400;
    private const int LongestRead = 4000;

    /// <summary>The runtime's words on one line, without its error code and source positions, cut where they become long.</summary>
    public static string Shorten(string message)
    {
        // The expressions below look back and forth: a message that quotes a name of megabytes is cut before they see it.
        message = message.Length <= LongestRead ? message : message[..LongestRead];
        var text = SourcePosition().Replace(ErrorCode().Replace(message.ReplaceLineEndings(" "), ""), "").Trim();
        text = Assertion().Replace(text, "");
        return text.Length <= MaximumLength ? text.TrimEnd('.', ' ') : text[..MaximumLength].TrimEnd() + "…";
    }

    /// <summary>Why a graph was not opened, as the rest of a sentence that begins with its name and a provider's.</summary>
    public static string WhyNotOpened(string message) => message.Contains("Could not find an implementation", StringComparison.Ordinal)
        ? $"the provider lacks one of its operators, or lacks it in its type ({Shorten(message)}); use another provider, or an export in float32 or float16"
        : $"it is damaged or not supported ({Shorten(message)})";

    /// <summary>The library that could not be loaded, or <see langword="null"/>.</summary>
    public static string? MissingLibrary(string message) =>
        Library().Match(message) is { Success: true } match ? match.Groups["library"].Value : null;

    /// <summary>Whether the device is gone for good, by the words that CUDA, Vulkan, Direct3D and Dawn have for it.</summary>
    public static bool MeansDeviceLost(string message) => Lost().IsMatch(message);

    /// <summary>Whether memory ran out.</summary>
    public static bool MeansOutOfMemory(string message) => OutOfMemory().IsMatch(message);

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*")]
    private static partial Regex ErrorCode();

    // A file with its line, and the function where words follow it.
    [GeneratedRegex(@"\S*/onnxruntime/\S+\.(cc|h|cu):\d+ (\S[^()]*\([^()]*\) (?=[A-Z]))?")]
    private static partial Regex SourcePosition();

    // The function and the condition that an assertion states before its own words.
    [GeneratedRegex(@"^.*? was false\.\s+(?=\S)")]
    private static partial Regex Assertion();

    [GeneratedRegex(@"(?<library>lib[\w+-]+(\.[\w+-]+)*\.(so|dylib)(\.\d+)*|[\w.+-]+\.dll): cannot open|(?<library>[\w.+-]+\.dll)' or one of its", RegexOptions.IgnoreCase)]
    private static partial Regex Library();

    [GeneratedRegex(@"device (was |is )?lost|DEVICE_LOST|DEVICE_REMOVED|DEVICE_HUNG|CUDA (failure|error) (700|710|715|719|46|999)\b|cudaErrorIllegalAddress|illegal memory access|unspecified launch failure|device-side assert", RegexOptions.IgnoreCase)]
    private static partial Regex Lost();

    [GeneratedRegex(@"out of memory|Available memory of \d+ is smaller|failed to allocate|bad_alloc|OUT_OF_(DEVICE|HOST)_MEMORY|CUDA (failure|error) 2\b", RegexOptions.IgnoreCase)]
    private static partial Regex OutOfMemory();
}
