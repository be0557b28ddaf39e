using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>Figures as tables show them.</summary>
public static class Figures
{
    /// <summary>What stands where there is no figure.</summary>
    public const string None = "–";

    /// <summary>A duration.</summary>
    public static string Milliseconds(double seconds) => double.IsFinite(seconds) ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:F0} ms") : None;

    /// <summary>A speed-up.</summary>
    public static string Times(double speedup) => double.IsFinite(speedup) ? string.Create(CultureInfo.InvariantCulture, $"{speedup:F2}×") : None;

    /// <summary>The realised part of an ideal speed-up; more than is possible is noise.</summary>
    public static string Realised(double realised) => ClockQuality.IsNoise(realised) ? "noise" : string.Create(CultureInfo.InvariantCulture, $"{100 * realised:F0} %");

    /// <summary>PSNRs with their unit, separated by slashes.</summary>
    public static string Decibels(params IReadOnlyList<double> psnr) => Join(psnr, "F1");

    /// <summary>Differences of decibels with sign and unit, separated by slashes.</summary>
    public static string Difference(params IReadOnlyList<double> decibels) => Join(decibels, "+0.0;−0.0;0.0");

    private static string Join(IReadOnlyList<double> decibels, string format) =>
        string.Join(" / ", decibels.Select(d => double.IsFinite(d) ? d.ToString(format, CultureInfo.InvariantCulture) : None)) + (decibels.Any(double.IsFinite) ? " dB" : "");
}
