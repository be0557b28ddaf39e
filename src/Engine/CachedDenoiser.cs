namespace CachePolicies.Engine;

/// <summary>
/// A denoiser under a caching policy. Immutable and thread-safe: make one for each pair and create a <see cref="DenoiserSession"/> for each
/// generation. All kernels are compiled here, so that nothing is left to go wrong in mid-generation.
/// </summary>
public sealed class CachedDenoiser
{
    /// <summary>Plans the policy on the denoiser's layout and compiles what the plan needs.</summary>
    /// <param name="denoiser">The stages; its layout must have sizes for all axes. Borrowed.</param>
    /// <param name="policy">The policy. Borrowed.</param>
    /// <param name="options">Execution options; the defaults otherwise.</param>
    /// <exception cref="CachePlanException">The policy cannot run on the layout, or would exceed the memory budget.</exception>
    /// <exception cref="InvalidLayoutException">The layout has free axes.</exception>
    public CachedDenoiser(StagedDenoiser denoiser, ICachePolicy policy, CachedDenoiserOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(policy);
        if (!denoiser.Layout.IsConcrete)
        {
            throw new InvalidLayoutException(
                $"The model '{denoiser.Layout.Name}' has free axes ({string.Join(", ", denoiser.Layout.FreeAxes())}); give them sizes with StagedDenoiser.Bind.");
        }

        Denoiser = denoiser;
        Policy = policy;
        Options = options ?? CachedDenoiserOptions.Default;
        try
        {
            Plan = policy.Plan(denoiser.Layout);
        }
        catch (CachePlanException refused)
        {
            throw new CachePlanException($"The policy '{policy.Name}' cannot run on '{denoiser.Layout.Name}': {refused.Message}");
        }

        if (!ReferenceEquals(Plan.Layout, denoiser.Layout))
        {
            throw new CachePlanException($"The policy '{policy.Name}' planned on another layout than the one it was given.");
        }

        Compiled = new CompiledPlan(Plan, denoiser.Backend);
        Ports = new StagePorts(denoiser);
    }

    /// <summary>The stages.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>The policy.</summary>
    public ICachePolicy Policy { get; }

    /// <summary>What the policy declared on this layout.</summary>
    public CachePlan Plan { get; }

    /// <summary>How sessions execute.</summary>
    public CachedDenoiserOptions Options { get; }

    internal CompiledPlan Compiled { get; }

    internal StagePorts Ports { get; }

    /// <summary>The bytes of elements that the cache holds for that many lanes once it is full, exactly.</summary>
    public long EstimateCacheBytes(int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        return checked(Plan.BytesPerLane * lanes);
    }

    /// <summary>Creates the state of one generation.</summary>
    /// <param name="lanes">One entry for each sample and guidance branch.</param>
    /// <param name="observer">Told what was asked, measured, decided and computed; nothing is recorded where it is <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">There is no lane, a lane occurs twice, or lanes differ in their number of evaluations.</exception>
    /// <exception cref="CachePlanException">The cache would exceed <see cref="CachedDenoiserOptions.CacheMemoryBudget"/>.</exception>
    public DenoiserSession CreateSession(ReadOnlySpan<LaneInfo> lanes, IEvaluationObserver? observer = null)
    {
        if (lanes.IsEmpty)
        {
            throw new ArgumentException("A session needs at least one lane.", nameof(lanes));
        }

        var seen = new HashSet<(int, GuidanceBranch)>();
        foreach (var lane in lanes)
        {
            if (lane.EvaluationCount < 1 || lane.EvaluationCount != lanes[0].EvaluationCount)
            {
                throw new ArgumentException(
                    $"Lanes of one batch see equally many evaluations, at least 1; {lanes[0]} sees {lanes[0].EvaluationCount} and {lane} sees {lane.EvaluationCount}. Run them as separate generations.",
                    nameof(lanes));
            }

            if (lane.Sample < 0 || lane.Branch < GuidanceBranch.Conditional)
            {
                throw new ArgumentException($"The lane of sample {lane.Sample}, branch {(int)lane.Branch} does not exist; samples and branches are numbered from 0.", nameof(lanes));
            }

            if (!seen.Add((lane.Sample, lane.Branch)))
            {
                throw new ArgumentException(
                    $"The lane of {lane} is given twice. Give another sample its own number, and a third pass of the same sample {nameof(GuidanceBranch)}.{nameof(GuidanceBranch.Further)}.",
                    nameof(lanes));
            }
        }

        var bytes = EstimateCacheBytes(lanes.Length);
        if (Options.CacheMemoryBudget is { } budget && bytes > budget)
        {
            throw new CachePlanException(
                $"The policy '{Policy.Name}' would hold {bytes:N0} bytes for {lanes.Length} lanes ({Plan.BytesPerLane:N0} each) and the budget is {budget:N0}. Use fewer lanes, a policy that keeps less, or a larger budget.");
        }

        return new DenoiserSession(this, lanes, observer);
    }
}
