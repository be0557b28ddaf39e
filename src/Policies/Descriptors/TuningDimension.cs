using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>What tuning knows of a model when it asks a policy what may be tried.</summary>
/// <param name="Layout">The model's layout.</param>
/// <param name="Calibrated">What the policy's calibration found: settings, each a list of <c>Name=Value</c>; empty where it has none.</param>
public sealed record TuningModel(DenoiserLayout Layout, IReadOnlyList<IReadOnlyList<string>> Calibrated);

/// <summary>One thing that tuning varies.</summary>
/// <param name="Values">What is tried: each a list of <c>Name=Value</c>, empty where the default stays.</param>
public sealed record TuningDimension(IReadOnlyList<IReadOnlyList<string>> Values)
{
    private static readonly int[] Windows = [1, 2, 4, 8];

    /// <summary>How many evaluations at the end are computed.</summary>
    public static TuningDimension LastSteps { get; } = Each(nameof(CachePolicyOptions.ForcedLastSteps), "0", "1", "3", "5");

    /// <summary>Some values of an option.</summary>
    /// <param name="name">The option.</param>
    /// <param name="values">The values as text.</param>
    public static TuningDimension Each(string name, params IEnumerable<string> values) => new([.. values.Select(v => new[] { $"{name}={v}" })]);

    /// <summary>Values that are evenly spaced in ratio, to three digits.</summary>
    /// <param name="name">The option.</param>
    /// <param name="low">The least, above 0.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="count">How many, at least 2.</param>
    public static TuningDimension Thresholds(string name, double low, double high, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(low);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        return Each(
            name,
            Enumerable.Range(0, count)
                .Select(i => low * Math.Pow(high / low, i / (count - 1.0)))
                .Select(t => t.ToString("G3", CultureInfo.InvariantCulture))
                .Distinct());
    }

    /// <summary>Divisors that pool windows of 1, 2, 4 and 8 tokens, as far as a shape allows.</summary>
    /// <param name="name">The option.</param>
    /// <param name="shape">The shape of what is pooled, <c>[…, tokens, channels]</c> or <c>[…, height, width]</c>.</param>
    public static TuningDimension PoolDivisors(string name, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var tokens = shape.Rank < 2 ? 1 : shape[^2];
        return Each(name, Windows.Where(k => k == 1 || (k * 2 <= tokens && k <= shape[^1])).Select(k => (tokens / k).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The boundaries within the structure where a probe can end.</summary>
    /// <param name="name">The option.</param>
    /// <param name="layout">The model's layout.</param>
    /// <exception cref="CachePlanException">The layout lacks <c>embedded</c> or <c>structure</c>.</exception>
    public static TuningDimension Probes(string name, DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var (first, last) = (layout.Require(BoundaryRole.Embedded).Index, layout.Require(BoundaryRole.Structure).Index);
        return Each(name, layout.Boundaries.Where(b => b.Index > first && b.Index < last).Select(b => b.Name));
    }
}
