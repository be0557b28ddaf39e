namespace CachePolicies.Policies;

/// <summary>
/// DBCache (cache-dit): a block cache with the first F blocks as its probe that also runs the last B blocks after a hit, to mend what the cache
/// got wrong. Its gates, in order: warm-up, step mask, maximum skips, maximum consecutive skips, accumulated distance, threshold.
/// </summary>
public sealed class DBCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public DBCacheOptions()
        : base(warmupSteps: 8)
    {
    }

    /// <summary>Below this distance the blocks between the first F and the last B are reused.</summary>
    /// <value>τ (residual_diff_threshold), finite, at least 0. The default is 0.08, cache-dit's; 0 never hits.</value>
    public float Threshold { get; set => field = Given(value); } = 0.08f;

    /// <summary>
    /// The largest sum of the distances of a run of skips, the one that is decided on among them; it starts again with a computed evaluation. cache-dit
    /// sums over the whole generation, misses too, and stops reusing for good.
    /// </summary>
    /// <value>
    /// max_accumulated_residual_diff_threshold, finite, at least 0; 0 never hits (in cache-dit it sets no limit). The default is <see langword="null"/>, as
    /// in cache-dit: no limit.
    /// </value>
    public float? MaximumAccumulatedDistance { get; set => field = Given(value); }

    /// <summary>The boundary after the first F blocks.</summary>
    /// <value>F: a boundary's name or role. The default is <c>structure.probe</c>.</value>
    public string Probe { get; set => field = Given(value); } = BoundaryRole.StructureProbe.ToName();

    /// <summary>The boundary before the last B blocks, which run even after a hit.</summary>
    /// <value>B: a boundary's name or role. The default is <c>detail</c>: B = 0, as cache-dit's F8B0; <c>detail.tail</c> runs the blocks behind it.</value>
    public string Tail { get; set => field = Given(value); } = BoundaryRole.Detail.ToName();

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<DBCacheOptions> Set { get; } = OptionSet.Of<DBCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "τ")
        .With(nameof(MaximumAccumulatedDistance), OptionTypes.OrNull(OptionTypes.Threshold), static o => o.MaximumAccumulatedDistance, static (o, v) => o.MaximumAccumulatedDistance = v)
        .With(nameof(Probe), OptionTypes.Boundary, static o => o.Probe, static (o, v) => o.Probe = v, symbol: "F")
        .With(nameof(Tail), OptionTypes.Boundary, static o => o.Tail, static (o, v) => o.Tail = v, symbol: "B")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;
}
