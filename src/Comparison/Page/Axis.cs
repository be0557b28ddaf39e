using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>A linear axis with round marks.</summary>
/// <param name="from">The number at its start.</param>
/// <param name="to">The number at its end, above the start.</param>
/// <param name="start">The pixel at its start.</param>
/// <param name="end">The pixel at its end.</param>
internal sealed class Axis(double from, double to, double start, double end)
{
    public double From { get; } = from;

    public double To { get; } = to;

    /// <summary>The pixel of a number; beyond the ends, the end.</summary>
    public double At(double value) => start + ((Math.Clamp(value, From, To) - From) / (To - From) * (end - start));

    /// <summary>Round numbers within the axis, about so many.</summary>
    public IReadOnlyList<double> Marks(int about)
    {
        var step = RoundStep((To - From) / about);
        var first = Math.Ceiling(From / step - 1e-9);
        return [.. Enumerable.Range(0, (int)Math.Floor((To - (first * step)) / step + 1e-9) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>An axis whose ends are round numbers around a range.</summary>
    public static Axis Around(double low, double high, int about, double start, double end)
    {
        var step = RoundStep(Math.Max(high - low, 1e-6) / about);
        return new Axis(Math.Floor(low / step) * step, Math.Max(Math.Ceiling(high / step) * step, (Math.Floor(low / step) + 1) * step), start, end);
    }

    public static string Format(double mark) => Math.Round(mark, 6).ToString("0.######", CultureInfo.InvariantCulture);

    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var fraction = rough / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
    }
}
