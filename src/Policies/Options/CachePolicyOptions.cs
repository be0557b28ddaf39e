namespace CachePolicies.Policies;

/// <summary>
/// The settings that every policy has: steps that are computed whatever the distances say, and whether distances are those of whole features or of the
/// worst frame. A step is one evaluation of the denoiser.
/// </summary>
public abstract class CachePolicyOptions : TrackedOptions
{
    /// <summary>Creates the defaults.</summary>
    /// <param name="forcedLastSteps">The default of <see cref="ForcedLastSteps"/>.</param>
    /// <param name="warmupSteps">The default of <see cref="WarmupSteps"/>.</param>
    /// <param name="maximumConsecutiveSkips">The default of <see cref="MaximumConsecutiveSkips"/>.</param>
    /// <param name="stepMask">The default of <see cref="StepMask"/>.</param>
    protected CachePolicyOptions(int forcedLastSteps = 0, int warmupSteps = 0, int? maximumConsecutiveSkips = null, string? stepMask = null)
    {
        WarmupSteps = warmupSteps;
        ForcedLastSteps = forcedLastSteps;
        MaximumConsecutiveSkips = maximumConsecutiveSkips;
        StepMask = stepMask;
        AsDefaults();
    }

    /// <summary>The options that every policy has; a policy's own <see cref="Declared"/> ends with them.</summary>
    public static OptionSet<CachePolicyOptions> Common { get; } = OptionSet.Of<CachePolicyOptions>()
        .With(nameof(WarmupSteps), OptionTypes.AtLeast(0), static o => o.WarmupSteps, static (o, v) => o.WarmupSteps = v)
        .With(nameof(ForcedLastSteps), OptionTypes.AtLeast(0), static o => o.ForcedLastSteps, static (o, v) => o.ForcedLastSteps = v)
        .With(nameof(MaximumConsecutiveSkips), OptionTypes.OrNull(OptionTypes.AtLeast(0)), static o => o.MaximumConsecutiveSkips, static (o, v) => o.MaximumConsecutiveSkips = v)
        .With(nameof(MaximumSkips), OptionTypes.OrNull(OptionTypes.AtLeast(0)), static o => o.MaximumSkips, static (o, v) => o.MaximumSkips = v)
        .With(nameof(CooldownSteps), OptionTypes.AtLeast(0), static o => o.CooldownSteps, static (o, v) => o.CooldownSteps = v)
        .With(nameof(StepMask), OptionTypes.Mask, static o => o.StepMask, static (o, v) => o.StepMask = v)
        .With(nameof(PerFrame), OptionTypes.Flag, static o => o.PerFrame, static (o, v) => o.PerFrame = v)
        .With(nameof(Estimator), OptionTypes.Estimator, static o => o.Estimator, static (o, v) => o.Estimator = v);

    /// <summary>How many evaluations at the start are always computed.</summary>
    /// <value>
    /// At least 0; the first is computed in any case, because there is nothing to reuse. The default is what the method publishes: 8 for DBCache
    /// (cache-dit), 10 for EasyCache (R of the authors' Wan2.1 script), 3 for TaylorSeer (the authors' FLUX script), else 0.
    /// </value>
    public int WarmupSteps { get; set => field = Given(value); }

    /// <summary>How many evaluations at the end are always computed: late errors are not corrected by later steps.</summary>
    /// <value>At least 0. The default is 1 where the published method forces the last step (TeaCache, DiCache, EasyCache), else 0.</value>
    public int ForcedLastSteps { get; set => field = Given(value); }

    /// <summary>How many evaluations in a row may reuse anything before one is computed.</summary>
    /// <value>At least 0; 0 never skips. The default is <see langword="null"/>: no limit; 5 for MagCache (K).</value>
    public int? MaximumConsecutiveSkips { get; set => field = Given(value); }

    /// <summary>How many evaluations of a generation may reuse anything.</summary>
    /// <value>At least 0; 0 never skips. The default is <see langword="null"/>: no limit.</value>
    public int? MaximumSkips { get; set => field = Given(value); }

    /// <summary>How many evaluations in a row are computed once a run of skips has ended.</summary>
    /// <value>At least 0. The default is 0; 1 changes nothing, because a run of skips ends with a computed evaluation.</value>
    public int CooldownSteps { get; set => field = Given(value); }

    /// <summary>Which evaluations are always computed, by their position: a preset's name or letters.</summary>
    /// <value>
    /// <c>slow</c>, <c>medium</c>, <c>fast</c>, <c>ultra</c> or one of <see cref="Policies.StepMask.LeMiCa"/> (scaled to the run), or a letter for each evaluation, <c>C</c> computes and <c>r</c>
    /// leaves the choice to the policy (<c>CCCrrCrr</c>). The default is <see langword="null"/>: no mask.
    /// </value>
    public string? StepMask { get; set => field = Given(value); }

    /// <summary>
    /// Whether each distance is measured on each frame of a video by itself and the worst frame's is taken, so that one changing frame is enough to
    /// compute. Thresholds keep their meaning for one frame.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: whole features. <see langword="true"/> needs a model whose measured tensors declare their frames, and is
    /// refused by policies that measure nothing (MagCache, TaylorSeer, StepMask) and by EasyCache.
    /// </value>
    public bool PerFrame { get; set => field = Given(value); }

    /// <summary>The estimator that takes the place of the policy's own, for all that it measures. Thresholds mean another thing under another estimator.</summary>
    /// <value>
    /// <c>relative-l1</c>, <c>relative-l2</c>, <c>cosine</c>, <c>mean-absolute-difference</c> or <c>pfs(512)</c>, pooled with that divisor. The default is
    /// <see langword="null"/>: the published one. Refused by policies that measure nothing and by EasyCache. One of your own:
    /// <see cref="CachePolicyExtensions.WithEstimator"/>.
    /// </value>
    public string? Estimator { get; set => field = Given(value); }

    /// <summary>The options of the class, its own and those that every policy has: <c>….With(Common)</c>.</summary>
    public abstract OptionSet Declared { get; }

    /// <summary>The mask that <see cref="Decorate"/> puts around the policy: <see cref="StepMask"/>, where nothing takes its place.</summary>
    protected virtual string? MaskInForce => StepMask;

    /// <summary>Why the policy's measurements cannot be changed (the worst frame's distance, another estimator); <see langword="null"/> where they can.</summary>
    protected virtual string? WhyMeasurementsAreFixed => null;

    /// <summary>What is wrong with the settings: a sentence for each, with the value and what was expected; empty where all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptionsProblems(GetType().Name);
        foreach (var option in Declared)
        {
            if (!option.IsRight(this))
            {
                problems.Add(option.Name, option.Read(this), option.Type.Expected);
            }
        }

        if (WhyMeasurementsAreFixed is { } why)
        {
            problems.Refuse(PerFrame, nameof(PerFrame), PerFrame, $"false, because {why}");
            problems.Refuse(Estimator is not null, nameof(Estimator), Estimator, $"null, because {why}");
        }

        Check(problems);
        return problems.All;
    }

    /// <summary>Checks what the ranges of single options cannot say: options that contradict each other.</summary>
    /// <param name="problems">Takes what is wrong.</param>
    protected virtual void Check(OptionsProblems problems)
    {
    }

    /// <summary>Copies what <see cref="Declared"/> does not list to other options of the same class.</summary>
    /// <param name="target">The other options.</param>
    protected internal virtual void CopyUndeclared(CachePolicyOptions target)
    {
    }

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
    /// <param name="policy">The policy.</param>
    public ICachePolicy Decorate(ICachePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (Estimator is { } name && EstimatorCatalog.TryFind(name, out var estimator))
        {
            policy = policy.WithEstimator(estimator);
        }

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

        if (MaskInForce is { } mask)
        {
            policy = policy.WithStepMask(Policies.StepMask.Parse(mask));
        }

        return policy.WithCooldown(CooldownSteps).WithForcedLast(ForcedLastSteps).WithWarmup(WarmupSteps);
    }
}
