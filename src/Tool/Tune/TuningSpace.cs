using System.Globalization;

namespace CachePolicies.Tool;

/// <summary>What may be tried for a policy: for each option its values; every combination is a setting.</summary>
/// <param name="Dimensions">The options, each with settings that stand for its values; an empty text leaves the default.</param>
internal sealed record TuningSpace(IReadOnlyList<IReadOnlyList<string>> Dimensions)
{
    private static readonly int[] Windows = [1, 2, 4, 8];

    private static readonly string[] LastSteps = ["ForcedLastSteps=0", "ForcedLastSteps=1", "ForcedLastSteps=3", "ForcedLastSteps=5"];

    /// <summary>How many settings there are.</summary>
    public int Count => Dimensions.Aggregate(1, (count, d) => count * d.Count);

    /// <summary>Every setting, each a list of <c>Name=Value</c>.</summary>
    public IEnumerable<IReadOnlyList<string>> Settings()
    {
        IEnumerable<IEnumerable<string>> all = [[]];
        foreach (var dimension in Dimensions)
        {
            all = all.SelectMany(s => dimension.Select(v => s.Concat(v.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        }

        return all.Select(s => s.ToArray());
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
            ["ForcedLastSteps=0", "ForcedLastSteps=3", "ForcedLastSteps=5"],
            ["", Schedule(0.5, 1.5), Schedule(1.5, 0.5)],
        ]),
        "blockcache" => new([Thresholds("Threshold", 0.005, 0.8, 60), Probes("Probe", layout), LastSteps]),
        "teacache" => new([Thresholds("Threshold", 0.01, 2, 60), [.. fit.Coefficients.Select(c => $"Coefficients={Join(c)}")], LastSteps]),
        "dicache" => new(
        [
            Thresholds("Threshold", 0.003, 1, 60),
            ["ErrorMetric=ProbeChange", "ErrorMetric=ProbeMinusInput"],
            ["RetentionRatio=0", "RetentionRatio=0.1", "RetentionRatio=0.2"],
            LastSteps,
        ]),
        "easycache" => new([Thresholds("Threshold", 0.005, 0.8, 60), ["WarmupSteps=0", "WarmupSteps=2", "WarmupSteps=5"], LastSteps]),
        "magcache" => new(
        [
            Thresholds("Threshold", 0.005, 1, 60),
            ["RetentionRatio=0", "RetentionRatio=0.1", "RetentionRatio=0.2"],
            ["MaximumConsecutiveSkips=3", "MaximumConsecutiveSkips=5", "MaximumConsecutiveSkips=10"],
            [$"Calibration={fit.CalibrationPath}"],
        ]),
        "dbcache" => new([Thresholds("Threshold", 0.005, 0.8, 60), Probes("Probe", layout), ["WarmupSteps=0", "WarmupSteps=4"], LastSteps]),
        _ => throw new UsageException($"The policy '{policy.Name}' has no threshold to tune. There are: h2cache, blockcache, teacache, dicache, easycache, magcache, dbcache."),
    };

    public static string Join(IEnumerable<double> numbers) => string.Join(',', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Evenly spaced in ratio, to three digits.</summary>
    private static string[] Thresholds(string name, double low, double high, int count) =>
    [
        .. Enumerable.Range(0, count)
            .Select(i => low * Math.Pow(high / low, i / (count - 1.0)))
            .Select(t => string.Create(CultureInfo.InvariantCulture, $"{name}={t:G3}"))
            .Distinct(),
    ];

    /// <summary>Windows of 1, 2, 4 and 8 tokens, as far as the shape allows.</summary>
    private static string[] Divisors(string name, TensorShape shape)
    {
        var tokens = shape.Rank < 2 ? 1 : shape[^2];
        return [.. Windows.Where(k => k == 1 || (k * 2 <= tokens && k <= shape[^1])).Select(k => string.Create(CultureInfo.InvariantCulture, $"{name}={tokens / k}"))];
    }

    /// <summary>The boundaries within the structure where a probe can end.</summary>
    private static string[] Probes(string name, DenoiserLayout layout)
    {
        var (first, last) = (layout.Require(BoundaryRole.Embedded).Index, layout.Require(BoundaryRole.Structure).Index);
        return [.. layout.Boundaries.Where(b => b.Index > first && b.Index < last).Select(b => $"{name}={b.Name}")];
    }

    private static string Schedule(double start, double end) =>
        string.Create(CultureInfo.InvariantCulture, $"Adaptive.Enabled=true Adaptive.StartFactor={start} Adaptive.EndFactor={end} Adaptive.Reaction=0");
}
