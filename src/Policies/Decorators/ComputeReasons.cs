namespace CachePolicies.Policies;

/// <summary>The reasons that <see cref="CacheDecision.Reason"/> gives where a rule, and no distance, made a policy compute.</summary>
public static class ComputeReasons
{
    /// <summary><see cref="CachePolicyExtensions.WithWarmup"/>.</summary>
    public const string Warmup = "warm-up";

    /// <summary><see cref="CachePolicyExtensions.WithForcedLast"/>.</summary>
    public const string LastSteps = "last steps";

    /// <summary><see cref="CachePolicyExtensions.WithMaximumConsecutiveSkips"/>.</summary>
    public const string ConsecutiveSkips = "maximum consecutive skips";

    /// <summary><see cref="CachePolicyExtensions.WithMaximumSkips"/>.</summary>
    public const string TotalSkips = "maximum skips";

    /// <summary><see cref="CachePolicyExtensions.WithStepMask"/>.</summary>
    public const string StepMask = "step mask";

    /// <summary><see cref="CachePolicyExtensions.WithCooldown"/>.</summary>
    public const string Cooldown = "cool-down";

    /// <summary>The part of the evaluations at the start that DiCache and MagCache retain.</summary>
    public const string Retention = "retention";

    /// <summary>One evaluation of TaylorSeer's interval is computed.</summary>
    public const string Interval = "interval";

    /// <summary>A fixed schedule computes the evaluation.</summary>
    public const string Schedule = "schedule";

    /// <summary>There is nothing to reuse yet.</summary>
    public const string NothingComputed = "nothing computed yet";
}
