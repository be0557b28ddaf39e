namespace CachePolicies.Policies;

/// <summary>
/// The settings that every policy has: steps that are computed whatever the distances say, and whether distances are those of whole features or of the
/// worst frame. A step is one evaluation of the denoiser.
/// </summary>
public abstract class CachePolicyOptions
{
    private protected CachePolicyOptions(int forcedLastSteps = 0, int warmupSteps = 0, int? maximumConsecutiveSkips = null)
    {
        WarmupSteps = warmupSteps;
        ForcedLastSteps = forcedLastSteps;
        MaximumConsecutiveSkips = maximumConsecutiveSkips;
    }

    /// <summary>How many evaluations at the start are always computed.</summary>
    /// <value>
    /// At least 0; the first is computed in any case, because there is nothing to reuse. The default is what the method publishes: 8 for DBCache
    /// (cache-dit), 10 for EasyCache (R of the authors' Wan2.1 script), 3 for TaylorSeer (the authors' FLUX script), else 0.
    /// </value>
    public int WarmupSteps { get; set; }

    /// <summary>How many evaluations at the end are always computed: late errors are not corrected by later steps.</summary>
    /// <value>At least 0. The default is 1 where the published method forces the last step (TeaCache, DiCache, EasyCache), else 0.</value>
    public int ForcedLastSteps { get; set; }

    /// <summary>How many evaluations in a row may reuse anything before one is computed.</summary>
    /// <value>At least 0; 0 never skips. The default is <see langword="null"/>: no limit; 5 for MagCache (K).</value>
    public int? MaximumConsecutiveSkips { get; set; }

    /// <summary>How many evaluations of a generation may reuse anything.</summary>
    /// <value>At least 0; 0 never skips. The default is <see langword="null"/>: no limit.</value>
    public int? MaximumSkips { get; set; }

    /// <summary>How many evaluations in a row are computed once a run of skips has ended.</summary>
    /// <value>At least 0. The default is 0; 1 changes nothing, because a run of skips ends with a computed evaluation.</value>
    public int CooldownSteps { get; set; }

    /// <summary>Which evaluations are always computed, by their position: a preset's name or letters.</summary>
    /// <value>
    /// <c>slow</c>, <c>medium</c>, <c>fast</c> or <c>ultra</c> (scaled to the run), or a letter for each evaluation, <c>C</c> computes and <c>r</c>
    /// leaves the choice to the policy (<c>CCCrrCrr</c>). The default is <see langword="null"/>: no mask.
    /// </value>
    public string? StepMask { get; set; }

    /// <summary>
    /// Whether each distance is measured on each frame of a video by itself and the worst frame's is taken, so that one changing frame is enough to
    /// compute. Thresholds keep their meaning for one frame.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: whole features. <see langword="true"/> needs a model whose measured tensors declare their frames, and is
    /// refused by policies that measure nothing (MagCache, TaylorSeer, StepMask) and by EasyCache.
    /// </value>
    public bool PerFrame { get; set; }

    /// <summary>Why distances of the policy cannot be the worst frame's; <see langword="null"/> where they can.</summary>
    private protected virtual string? WhyNotPerFrame => null;

    /// <summary>What is wrong with the settings: a sentence for each, with the value and the range; empty where all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptionsProblems(GetType().Name);
        problems.RequireAtLeast(0, WarmupSteps, nameof(WarmupSteps));
        problems.RequireAtLeast(0, ForcedLastSteps, nameof(ForcedLastSteps));
        problems.RequireAtLeast(0, MaximumConsecutiveSkips ?? 0, nameof(MaximumConsecutiveSkips));
        problems.RequireAtLeast(0, MaximumSkips ?? 0, nameof(MaximumSkips));
        problems.RequireAtLeast(0, CooldownSteps, nameof(CooldownSteps));
        if (StepMask is { } mask && !Policies.StepMask.TryParse(mask, out _, out var reason))
        {
            problems.Add(nameof(StepMask), mask, reason);
        }

        if (PerFrame && WhyNotPerFrame is { } why)
        {
            problems.Add(nameof(PerFrame), PerFrame, $"false is right, because {why}");
        }

        Check(problems);
        return problems.All;
    }

    /// <summary>Checks the settings of one policy.</summary>
    private protected abstract void Check(OptionsProblems problems);

    /// <summary>Refuses settings that are wrong.</summary>
    /// <exception cref="ArgumentException">Something is wrong; the message lists all of it.</exception>
    internal void ThrowIfInvalid()
    {
        var problems = Validate();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", problems));
        }
    }

    /// <summary>Puts the decorators that the settings ask for around a policy.</summary>
    internal ICachePolicy Decorate(ICachePolicy policy)
    {
        if (PerFrame)
        {
            policy = policy.WithPerFrameDistances();
        }

        if (MaximumConsecutiveSkips is { } consecutive)
        {
            policy = policy.WithMaximumConsecutiveSkips(consecutive);
        }

        if (MaximumSkips is { } total)
        {
            policy = policy.WithMaximumSkips(total);
        }

        if (StepMask is { } mask)
        {
            policy = policy.WithStepMask(Policies.StepMask.Parse(mask));
        }

        return policy.WithCooldown(CooldownSteps).WithForcedLast(ForcedLastSteps).WithWarmup(WarmupSteps);
    }
}
