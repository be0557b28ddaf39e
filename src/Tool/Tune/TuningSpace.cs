using System.Globalization;

namespace CachePolicies.Tool;

/// <summary>What may be tried for a policy: for each option its values; every combination is a setting.</summary>
/// <param name="Dimensions">The options, each with what stands for its values: a list of <c>Name=Value</c>, empty where the default stays.</param>
internal sealed record TuningSpace(IReadOnlyList<IReadOnlyList<string[]>> Dimensions)
{
    private static readonly int[] Windows = [1, 2, 4, 8];

    private static readonly string[][] LastSteps = Each("ForcedLastSteps", "0", "1", "3", "5");

    /// <summary>How many settings there are.</summary>
    public int Count => Dimensions.Aggregate(1, (count, d) => count * d.Count);

    /// <summary>Every setting, each a list of <c>Name=Value</c>.</summary>
    public IEnumerable<IReadOnlyList<string>> Settings()
    {
        IEnumerable<IEnumerable<string>> all = [[]];
        foreach (var dimension in Dimensions)
        {
            all = all.SelectMany(s => dimension.Select(v => s.Concat(v)));
        }

        return all.Select(s => s.ToArray());
    }

    /// <summary>The space where some settings are given: they stand in every setting, and their options are not searched.</summary>
    public TuningSpace With(IReadOnlyCollection<string> given)
    {
        bool IsGiven(string setting) => given.Any(g => Names.AreEqual(NameOf(g), NameOf(setting)));
        return new TuningSpace([.. Dimensions.Where(d => !d.Any(v => v.Any(IsGiven))), [[.. given]]]);
    }

    /// <summary>The settings that are tried for a policy on a model.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="layout">The model's layout, or its trace's.</param>
    /// <param name="fit">What was fitted for the model.</param>
    /// <exception cref="UsageException">The policy has nothing to tune.</exception>
    public static TuningSpace Of(PolicyEntry policy, DenoiserLayout layout, ModelFit fit) => policy.Name switch
    {
        "h2cache" => new(
        [
            Thresholds("StructureThreshold", 0.01, 0.6, 14),
            Thresholds("DetailThreshold", 0.01, 0.6, 14),
            Divisors("StructurePoolDivisor", layout.Latent.Primary.Shape),
            Divisors("DetailPoolDivisor", layout.Require(BoundaryRole.Structure).Primary.Shape),
            Each("ForcedLastSteps", "0", "3", "5"),
            [[], Schedule(0.5, 1.5), Schedule(1.5, 0.5)],
        ]),
        "blockcache" => new([Thresholds("Threshold", 0.005, 0.8, 60), Probes("Probe", layout), LastSteps]),
        "teacache" => new([Thresholds("Threshold", 0.01, 2, 60), [.. fit.Polynomials.Select(p => p.Settings)], LastSteps]),
        "dicache" => new(
        [
            Thresholds("Threshold", 0.003, 1, 60),
            Each("ErrorMetric", "ProbeChange", "ProbeMinusInput"),
            Each("RetentionRatio", "0", "0.1", "0.2"),
            LastSteps,
        ]),
        "easycache" => new([Thresholds("Threshold", 0.005, 0.8, 60), Each("WarmupSteps", "0", "2", "5"), LastSteps]),
        "magcache" => new(
        [
            Thresholds("Threshold", 0.005, 1, 60),
            Each("RetentionRatio", "0", "0.1", "0.2"),
            Each("MaximumConsecutiveSkips", "3", "5", "10"),
            Each("CalibrationFile", fit.CalibrationPath),
        ]),
        "dbcache" => new([Thresholds("Threshold", 0.005, 0.8, 60), Probes("Probe", layout), Each("WarmupSteps", "0", "4"), LastSteps]),
        _ => throw new UsageException($"The policy '{policy.Name}' has no threshold to tune. There are: h2cache, blockcache, teacache, dicache, easycache, magcache, dbcache."),
    };

    /// <summary>Evenly spaced in ratio, to three digits.</summary>
    private static string[][] Thresholds(string name, double low, double high, int count) => Each(
        name,
        [
            .. Enumerable.Range(0, count)
                .Select(i => low * Math.Pow(high / low, i / (count - 1.0)))
                .Select(t => t.ToString("G3", CultureInfo.InvariantCulture))
                .Distinct(),
        ]);

    /// <summary>Windows of 1, 2, 4 and 8 tokens, as far as the shape allows.</summary>
    private static string[][] Divisors(string name, TensorShape shape)
    {
        var tokens = shape.Rank < 2 ? 1 : shape[^2];
        return Each(name, [.. Windows.Where(k => k == 1 || (k * 2 <= tokens && k <= shape[^1])).Select(k => (tokens / k).ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>The boundaries within the structure where a probe can end.</summary>
    private static string[][] Probes(string name, DenoiserLayout layout)
    {
        var (first, last) = (layout.Require(BoundaryRole.Embedded).Index, layout.Require(BoundaryRole.Structure).Index);
        return Each(name, [.. layout.Boundaries.Where(b => b.Index > first && b.Index < last).Select(b => b.Name)]);
    }

    /// <summary>Thresholds that go from one factor to another over the steps.</summary>
    private static string[] Schedule(double start, double end) =>
    [
        "Adaptive.Enabled=true",
        string.Create(CultureInfo.InvariantCulture, $"Adaptive.StartFactor={start}"),
        string.Create(CultureInfo.InvariantCulture, $"Adaptive.EndFactor={end}"),
        "Adaptive.Reaction=0",
    ];

    private static string NameOf(string setting) => setting.Split('=')[0].Trim();

    private static string[][] Each(string name, params string[] values) => [.. values.Select(v => new[] { $"{name}={v}" })];
}
