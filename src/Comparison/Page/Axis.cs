using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>A linear or logarithmic axis with round marks.</summary>
/// <param name="from">The number at its start.</param>
/// <param name="to">The number at its end, above the start.</param>
/// <param name="start">The pixel at its start.</param>
/// <param name="end">The pixel at its end.</param>
/// <param name="isLogarithmic">Whether equal ratios are equally far apart; the numbers are then above 0.</param>
internal sealed class Axis(double from, double to, double start, double end, bool isLogarithmic = false)
{
    private static readonly double[] RoundRatios = [1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100];

    public double From { get; } = from;

    public double To { get; } = to;

    /// <summary>The pixel of a number; beyond the ends, the end.</summary>
    public double At(double value) => start + ((Scale(Math.Clamp(value, From, To)) - Scale(From)) / (Scale(To) - Scale(From)) * (end - start));

    /// <summary>Round numbers within the axis.</summary>
    /// <param name="about">How many there are on a linear axis, about.</param>
    public IReadOnlyList<double> Marks(int about)
    {
        if (isLogarithmic)
        {
            return [.. RoundRatios.Where(r => r >= From && r <= To)];
        }

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

    private double Scale(double value) => isLogarithmic ? Math.Log(value) : value;

    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var fraction = rough / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
    }
}
