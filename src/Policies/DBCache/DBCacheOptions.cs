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
    public float Threshold { get; set; } = 0.08f;

    /// <summary>
    /// The largest sum of the distances of a run of skips, the one that is decided on among them; it starts anew with a computed evaluation. cache-dit
    /// sums over the whole generation, misses too, and stops reusing for good.
    /// </summary>
    /// <value>
    /// max_accumulated_residual_diff_threshold, finite, at least 0; 0 never hits (in cache-dit it sets no limit). The default is <see langword="null"/>, as
    /// in cache-dit: no limit.
    /// </value>
    public float? MaximumAccumulatedDistance { get; set; }

    /// <summary>The boundary after the first F blocks.</summary>
    /// <value>F: a boundary's name or role. The default is <c>structure.probe</c>.</value>
    public string Probe { get; set; } = BoundaryRole.StructureProbe.ToName();

    /// <summary>The boundary before the last B blocks, which run even after a hit.</summary>
    /// <value>B: a boundary's name or role. The default is <c>detail</c>: B = 0, as cache-dit's F8B0; <c>detail.tail</c> runs the blocks behind it.</value>
    public string Tail { get; set; } = BoundaryRole.Detail.ToName();

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    private protected override void Check(OptionsProblems problems)
    {
        problems.RequireThreshold(Threshold, nameof(Threshold));
        problems.RequireThreshold(MaximumAccumulatedDistance ?? 0, nameof(MaximumAccumulatedDistance));
        problems.RequireBoundary(Probe, nameof(Probe));
        problems.RequireBoundary(Tail, nameof(Tail));
        Approximation.Check(problems, nameof(Approximation));
    }
}
