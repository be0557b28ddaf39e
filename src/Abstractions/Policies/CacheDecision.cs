namespace CachePolicies;

/// <summary>What a policy wants at a boundary: compute the next stage, or skip to a later boundary. Carries the comparison that led to it, for records.</summary>
public readonly record struct CacheDecision
{
    /// <summary>Run the next stage.</summary>
    public static CacheDecision Compute => default;

    /// <summary>Whether stages are to be skipped.</summary>
    public bool IsSkip { get; private init; }

    /// <summary>Where to, for a skip.</summary>
    public BoundaryRef To { get; private init; }

    /// <summary>By which of the plan's approximations; <see langword="null"/> for the first that the plan declares from here to there.</summary>
    public Approximation? Via { get; private init; }

    /// <summary>What was compared with the threshold (a distance, or an accumulator), or <see langword="null"/>.</summary>
    public double? Value { get; private init; }

    /// <summary>Whether <see cref="Value"/> is an accumulator and not a distance.</summary>
    public bool IsAccumulated { get; private init; }

    /// <summary>The threshold it was compared with, or <see langword="null"/>.</summary>
    public float? Threshold { get; private init; }

    /// <summary>Why a rule other than a threshold decided (<c>warm-up</c>), or <see langword="null"/>.</summary>
    public string? Reason { get; private init; }

    /// <summary>Run the next stage because a rule says so, whatever the distances are.</summary>
    /// <param name="reason">A constant, shown in records: <c>warm-up</c>.</param>
    public static CacheDecision ComputeBecause(string reason) => new() { Reason = reason };

    /// <summary>Skip to a boundary, by the plan's first approximation from here to there or by the one given.</summary>
    public static CacheDecision Skip(BoundaryRef to, Approximation? via = null) => new() { IsSkip = true, To = to, Via = via };

    /// <summary>
    /// Skip if <paramref name="distance"/> &lt; <paramref name="threshold"/>, strictly; else compute. NaN computes; a threshold of 0 never skips.
    /// </summary>
    public static CacheDecision SkipBelow(float distance, float threshold, BoundaryRef to, Approximation? via = null) =>
        new() { IsSkip = IsBelow(distance, threshold), To = to, Via = via, Value = distance, Threshold = threshold };

    /// <summary>The same comparison for an accumulator, which may be negative: a threshold of 0 never skips even then.</summary>
    public static CacheDecision SkipWhileBelow(double accumulated, float threshold, BoundaryRef to, Approximation? via = null) =>
        new() { IsSkip = IsBelow(accumulated, threshold), To = to, Via = via, Value = accumulated, IsAccumulated = true, Threshold = threshold };

    /// <summary>The same for methods that skip at the threshold too (MagCache); a threshold of 0 never skips.</summary>
    public static CacheDecision SkipWhileAtMost(double accumulated, float threshold, BoundaryRef to, Approximation? via = null) =>
        new() { IsSkip = threshold > 0 && accumulated <= threshold, To = to, Via = via, Value = accumulated, IsAccumulated = true, Threshold = threshold };

    /// <summary>The comparison itself: <paramref name="threshold"/> &gt; 0 and <paramref name="value"/> &lt; <paramref name="threshold"/>; false for NaN.</summary>
    public static bool IsBelow(double value, float threshold) => threshold > 0 && value < threshold;

    /// <summary>The same record with the decision turned into computing, for decorators that overrule.</summary>
    /// <param name="reason">A constant, shown in records.</param>
    public CacheDecision Overruled(string reason) => this with { IsSkip = false, Reason = reason };

    /// <inheritdoc/>
    public override string ToString() => IsSkip ? $"skip to {To}" : "compute";
}
