namespace CachePolicies.Policies;

/// <summary>What DiCache adds up.</summary>
public enum DiCacheErrorMetric
{
    /// <summary>δy: how much the probe's output changed since the previous step.</summary>
    ProbeChange,

    /// <summary>|δy − δx|, "delta minus": how much more or less the probe's output changed than its input.</summary>
    ProbeMinusInput,
}

/// <summary>
/// DiCache (arXiv 2508.17356): the first blocks run in every step as an online probe; while the accumulated change of what they compute stays
/// small, the rest is skipped and its trajectory aligned by the probe's. The defaults are the paper's for FLUX.
/// </summary>
public sealed class DiCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public DiCacheOptions()
        : base(forcedLastSteps: 1)
    {
    }

    /// <summary>The rest is skipped while the accumulated error is below this.</summary>
    /// <value>δ, finite, at least 0. The default is 0.4 (0.08 for <see cref="DiCacheErrorMetric.ProbeMinusInput"/>, HunyuanVideo 0.1, Wan 0.08); 0 never skips.</value>
    public float Threshold { get; set => field = Given(value); } = 0.4f;

    /// <summary>What is added up.</summary>
    /// <value>The default is <see cref="DiCacheErrorMetric.ProbeChange"/>.</value>
    public DiCacheErrorMetric ErrorMetric { get; set => field = Given(value); }

    /// <summary>Which part of the evaluations at the start is always computed: those with an index up to ⌊ratio · count⌋, that one included.</summary>
    /// <value>ret_ratio, in [0, 1]. The default is 0.2; the paper takes 0 with <see cref="DiCacheErrorMetric.ProbeMinusInput"/>.</value>
    public double RetentionRatio { get; set => field = Given(value); } = 0.2;

    /// <summary>The boundary after the blocks that run as a probe.</summary>
    /// <value>m blocks: a boundary's name or role. The default is <c>structure.probe</c>.</value>
    public string Probe { get; set => field = Given(value); } = BoundaryRole.StructureProbe.ToName();

    /// <summary>Whether a skip extrapolates along the last two residuals as far as the probe went (dynamic cache trajectory alignment).</summary>
    /// <value>The default is <see langword="true"/>; with <see langword="false"/> <see cref="Approximation"/> says how skipped state is made.</value>
    public bool TrajectoryAlignment { get; set => field = Given(value); } = true;

    /// <summary>The upper bound of the alignment's γ.</summary>
    /// <value>A finite number of at least 1. The default is 1.5 (2 for Wan).</value>
    public float MaximumGamma { get; set => field = Given(value); } = 1.5f;

    /// <summary>How skipped state is made where <see cref="TrajectoryAlignment"/> is off.</summary>
    /// <value>Plain by default.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<DiCacheOptions> Set { get; } = OptionSet.Of<DiCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "δ")
        .With(nameof(ErrorMetric), OptionTypes.OneOf<DiCacheErrorMetric>(), static o => o.ErrorMetric, static (o, v) => o.ErrorMetric = v)
        .With(nameof(RetentionRatio), OptionTypes.Ratio, static o => o.RetentionRatio, static (o, v) => o.RetentionRatio = v, symbol: "retention")
        .With(nameof(Probe), OptionTypes.Boundary, static o => o.Probe, static (o, v) => o.Probe = v, symbol: "m")
        .With(nameof(TrajectoryAlignment), OptionTypes.Flag, static o => o.TrajectoryAlignment, static (o, v) => o.TrajectoryAlignment = v)
        .With(nameof(MaximumGamma), OptionTypes.FiniteAtLeast(1), static o => o.MaximumGamma, static (o, v) => o.MaximumGamma = v, symbol: "γ ≤")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        problems.Refuse(
            TrajectoryAlignment && Approximation.Method != SkipMethod.Plain,
            nameof(TrajectoryAlignment),
            TrajectoryAlignment,
            $"false with {nameof(Approximation)}.{nameof(Approximation.Method)} {Approximation.Method}, which takes its place");
    }
}
