namespace CachePolicies.Policies;

/// <summary>
/// The monolithic block cache (first-block cache, FBCache): where the residual of the first blocks hardly changed since the last computed
/// step, the residual of all others is reused.
/// </summary>
public sealed class BlockCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public BlockCacheOptions()
    {
    }

    /// <summary>Below this distance the remaining blocks are reused.</summary>
    /// <value>τ (residual_diff_threshold), finite, at least 0. The default is 0.08, ParaAttention's for FLUX; 0 never hits.</value>
    public float Threshold { get; set => field = Given(value); } = 0.08f;

    /// <summary>The boundary after the blocks that always run.</summary>
    /// <value>F: a boundary's name or role. The default is <c>structure.probe</c>.</value>
    public string Probe { get; set => field = Given(value); } = BoundaryRole.StructureProbe.ToName();

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<BlockCacheOptions> Set { get; } = OptionSet.Of<BlockCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "τ")
        .With(nameof(Probe), OptionTypes.Boundary, static o => o.Probe, static (o, v) => o.Probe = v, symbol: "F")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;
}
