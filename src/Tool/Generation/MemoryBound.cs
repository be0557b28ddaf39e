using System.Globalization;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>How much memory features and intermediate results may take, so that a small model cannot ask for all that the machine has.</summary>
internal static class MemoryBound
{
    /// <summary>
    /// Bytes per byte of the model's files: intermediate results grow with the weights. A decoder of 200 MB takes 8 GB for a picture of 1024 × 1024, 40 times
    /// its size.
    /// </summary>
    private const int PerModelByte = 64;

    private const long Least = 1L << 30;

    /// <summary>The limit that the user named, or the one that suits the model.</summary>
    /// <param name="gigabytes">What the user named, in GiB, or <see langword="null"/>.</param>
    /// <param name="folder">The model's folder.</param>
    public static long Of(double? gigabytes, string folder)
    {
        if (gigabytes is { } named)
        {
            return (long)(named * (1L << 30));
        }

        var files = new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 });
        return Math.Max(Least, PerModelByte * files.Sum(f => f.Length));
    }

    /// <summary>The option that sets it.</summary>
    public const string Option = "--memory-limit";

    /// <summary>The range of the option, in GiB.</summary>
    public static double? Require(double? gigabytes) => gigabytes is null or (>= 0.01 and <= 65_536)
        ? gigabytes
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{Option} is {gigabytes}; expected 0.01 to 65536 GiB."));

    /// <summary>Whether a stage failed because it asked for more than the limit, or than there is.</summary>
    public static bool IsExceededBy(Exception failure) => (failure as StageFailedException)?.InnerException is BackendFailedException { IsOutOfMemory: true } || failure is BackendFailedException { IsOutOfMemory: true };
}
