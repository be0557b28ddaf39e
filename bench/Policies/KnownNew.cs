using System.Globalization;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>A figure on known prompts and on new combinations of words; NaN where there was none.</summary>
internal readonly record struct KnownNew(double Known, double New)
{
    /// <summary>The means of both kinds.</summary>
    public static KnownNew Means<T>(IReadOnlyCollection<T> items, Func<T, bool> isNew, Func<T, double> figure) =>
        new(Mean(items.Where(i => !isNew(i)).Select(figure)), Mean(items.Where(isNew).Select(figure)));

    public static KnownNew operator -(KnownNew a, KnownNew b) => new(a.Known - b.Known, a.New - b.New);

    /// <summary>Whether each figure that there is is above 0.</summary>
    public bool IsPositive => !(double.IsNaN(Known) && double.IsNaN(New)) && !(Known <= 0) && !(New <= 0);

    public override string ToString() => $"{Decibels.Text(Known)} / {Decibels.Text(New)}";

    /// <summary>With signs.</summary>
    public string ToSignedString() => $"{Decibels.Signed(Known)} / {Decibels.Signed(New)}";

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
}

/// <summary>Decibels in tables.</summary>
internal static class Decibels
{
    private const string Unknown = "–";

    /// <summary>A PSNR; pictures without any difference are "exact".</summary>
    public static string Text(double value) => double.IsNaN(value) ? Unknown : double.IsInfinity(value) ? "exact" : Invariant($"{value:F1}");

    /// <summary>A difference with its sign.</summary>
    public static string Signed(double value) => double.IsNaN(value) ? Unknown : value.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
}
