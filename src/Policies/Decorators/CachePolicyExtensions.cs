namespace CachePolicies.Policies;

/// <summary>
/// Rules over any policy. They compose in any order. An evaluation that a rule forces is computed at every boundary, and the policy is not
/// asked, so that nothing is measured; it is told what happened as always, and its references move as it declared.
/// </summary>
public static class CachePolicyExtensions
{
    /// <summary>Computes the first evaluations.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="steps">How many, at least 0.</param>
    public static ICachePolicy WithWarmup(this ICachePolicy policy, int steps) =>
        Force(policy, steps, steps == 0, ComputeReasons.Warmup, _ => new WarmupRule(steps));

    /// <summary>Computes the last evaluations.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="steps">How many, at least 0.</param>
    public static ICachePolicy WithForcedLast(this ICachePolicy policy, int steps) =>
        Force(policy, steps, steps == 0, ComputeReasons.LastSteps, _ => new ForcedLastRule(steps));

    /// <summary>Computes after this many evaluations in a row in which anything was reused.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="maximum">How many, at least 0; 0 never skips.</param>
    public static ICachePolicy WithMaximumConsecutiveSkips(this ICachePolicy policy, int maximum) =>
        Force(policy, maximum, false, ComputeReasons.ConsecutiveSkips, _ => new ConsecutiveSkipsRule(maximum));

    /// <summary>Computes once this many evaluations of a generation reused anything.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="maximum">How many, at least 0; 0 never skips.</param>
    public static ICachePolicy WithMaximumSkips(this ICachePolicy policy, int maximum) =>
        Force(policy, maximum, false, ComputeReasons.TotalSkips, _ => new TotalSkipsRule(maximum));

    /// <summary>Computes this many evaluations in a row once a run of skips has ended; the one that ends it counts.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="steps">How many, at least 0; 0 and 1 change nothing.</param>
    public static ICachePolicy WithCooldown(this ICachePolicy policy, int steps) =>
        Force(policy, steps, steps <= 1, ComputeReasons.Cooldown, _ => new CooldownRule(steps));

    /// <summary>Computes the evaluations that a mask computes and leaves the others to the policy.</summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="mask">The mask; creating a session throws <see cref="ArgumentException"/> where it is longer than the run.</param>
    public static ICachePolicy WithStepMask(this ICachePolicy policy, StepMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return Force(policy, 0, false, ComputeReasons.StepMask, lane => new StepMaskRule(mask.For(lane.EvaluationCount)));
    }

    /// <summary>
    /// Measures every distance on each frame of a video by itself and tells the policy that of the worst frame, so that one changing frame is enough to
    /// compute. A layout on which a measured tensor declares no frames (<see cref="TensorDescriptor.Frames"/>) is refused.
    /// </summary>
    /// <param name="policy">The policy that is decorated.</param>
    public static ICachePolicy WithPerFrameDistances(this ICachePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new PerFramePolicy(policy);
    }

    /// <summary>
    /// Measures with another estimator, one of your own for instance. Thresholds mean another thing under another estimator. A policy that measures
    /// nothing is refused when it is planned.
    /// </summary>
    /// <param name="policy">The policy that is decorated.</param>
    /// <param name="estimator">Takes the place of the policy's own.</param>
    /// <param name="measurement">The measurement that it is for, by its key's name; <see langword="null"/>, the default, for all.</param>
    public static ICachePolicy WithEstimator(this ICachePolicy policy, ISimilarityEstimator estimator, string? measurement = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(estimator);
        return new EstimatorPolicy(policy, estimator, measurement);
    }

    private static ICachePolicy Force(ICachePolicy policy, int steps, bool changesNothing, string reason, Func<LaneInfo, IForcedComputeRule> createRule)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return changesNothing ? policy : new ForcedComputePolicy(policy, reason, createRule);
    }
}
