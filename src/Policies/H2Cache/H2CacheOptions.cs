namespace CachePolicies.Policies;

/// <summary>Which of the two algorithms that are called H2-Cache.</summary>
public enum H2CacheVariant
{
    /// <summary>The paper's: compares z_t, then z′_t; reuses the denoiser's output.</summary>
    Paper,

    /// <summary>
    /// The authors' code: compares the residual of the first block of each stage and adds the cached residual of the stage's other blocks.
    /// Its constants are thresholds 0.12 and 0.10 (0.15 and 0.22 in the run script) and divisors 2048 and 384.
    /// </summary>
    FirstBlockResidual,
}

/// <summary>Which step the references of the paper's variant come from.</summary>
public enum H2ReferenceUpdate
{
    /// <summary>The last fully computed step, as the cached output does ("from the last fully computed step").</summary>
    FullCompute,

    /// <summary>The last step in which anything was computed, a detail hit too ("update if any recomputation occurred").</summary>
    AnyCompute,
}

/// <summary>
/// H2-Cache (arXiv 2510.27171): a structure stage and a detail stage with a threshold of their own. A full hit skips both, a detail hit skips
/// the second. The defaults are the paper's for FLUX at 1024 × 1024 and 100 steps.
/// </summary>
public sealed class H2CacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public H2CacheOptions()
    {
    }

    /// <summary>The paper's algorithm, or that of the authors' code.</summary>
    /// <value>The default is <see cref="H2CacheVariant.Paper"/>.</value>
    public H2CacheVariant Variant { get; set => field = Given(value); }

    /// <summary>Below this distance both stages are reused.</summary>
    /// <value>τ1, finite, at least 0. The default is 0.15; 0 never hits.</value>
    public float StructureThreshold { get; set => field = Given(value); } = 0.15f;

    /// <summary>Below this distance the detail stage is reused.</summary>
    /// <value>τ2, finite, at least 0. The default is 0.18; 0 never hits, save after a structure hit of the first-block-residual variant.</value>
    public float DetailThreshold { get; set => field = Given(value); } = 0.18f;

    /// <summary>How finely the structure check looks: the feature is pooled by windows of tokens / divisor, at least 1 (no pooling).</summary>
    /// <value>Dp1, at least 1. The default is 512.</value>
    public int StructurePoolDivisor { get; set => field = Given(value); } = 512;

    /// <summary>How finely the detail check looks.</summary>
    /// <value>Dp2, at least 1. The default is 384.</value>
    public int DetailPoolDivisor { get; set => field = Given(value); } = 384;

    /// <summary>Which step the references come from. Only <see cref="H2CacheVariant.Paper"/> has the choice.</summary>
    /// <value>The default is <see cref="H2ReferenceUpdate.FullCompute"/>: reference and cached output are of the same step.</value>
    public H2ReferenceUpdate ReferenceUpdate { get; set => field = Given(value); }

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default. <see cref="SkipMethod.Aligned"/> needs <see cref="H2CacheVariant.FirstBlockResidual"/>.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>Whether and how thresholds follow the run.</summary>
    /// <value>Off by default.</value>
    public H2AdaptiveOptions Adaptive { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<H2CacheOptions> Set { get; } = OptionSet.Of<H2CacheOptions>()
        .With(nameof(Variant), OptionTypes.OneOf<H2CacheVariant>(), static o => o.Variant, static (o, v) => o.Variant = v)
        .With(nameof(StructureThreshold), OptionTypes.Threshold, static o => o.StructureThreshold, static (o, v) => o.StructureThreshold = v, symbol: "τ1")
        .With(nameof(DetailThreshold), OptionTypes.Threshold, static o => o.DetailThreshold, static (o, v) => o.DetailThreshold = v, symbol: "τ2")
        .With(nameof(StructurePoolDivisor), OptionTypes.AtLeast(1), static o => o.StructurePoolDivisor, static (o, v) => o.StructurePoolDivisor = v, symbol: "Dp1")
        .With(nameof(DetailPoolDivisor), OptionTypes.AtLeast(1), static o => o.DetailPoolDivisor, static (o, v) => o.DetailPoolDivisor = v, symbol: "Dp2")
        .With(nameof(ReferenceUpdate), OptionTypes.OneOf<H2ReferenceUpdate>(), static o => o.ReferenceUpdate, static (o, v) => o.ReferenceUpdate = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(nameof(Adaptive), H2AdaptiveOptions.Set, static o => o.Adaptive)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        if (Variant == H2CacheVariant.Paper)
        {
            Approximation.RefuseAligned(problems, nameof(Approximation), "the paper's variant decides at 'latent', before any block ran (Variant FirstBlockResidual has both)");
        }
    }
}
