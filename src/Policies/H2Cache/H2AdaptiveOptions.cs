namespace CachePolicies.Policies;

/// <summary>
/// Thresholds that follow the run, for H2-Cache: both are multiplied by a factor of schedule × reaction. Ours, not the paper's, whose thresholds
/// are constant.
/// </summary>
public sealed class H2AdaptiveOptions
{
    /// <summary>Whether thresholds adapt.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Enabled { get; set; }

    /// <summary>The schedule's factor at the first evaluation; it goes linearly to <see cref="EndFactor"/>.</summary>
    /// <value>Finite, at least 0. The default is 1.</value>
    public float StartFactor { get; set; } = 1;

    /// <summary>The schedule's factor at the last evaluation.</summary>
    /// <value>Finite, at least 0. The default is 1.</value>
    public float EndFactor { get; set; } = 1;

    /// <summary>
    /// How strongly thresholds react to the structure distances seen: the factor is (g̅ / g)^reaction, g the latest growth of the distance per
    /// evaluation and g̅ its mean in this generation, so that they fall while the image changes faster than usual.
    /// </summary>
    /// <value>In [0, 4]. The default is 0.5; 0 does not react.</value>
    public float Reaction { get; set; } = 0.5f;

    /// <summary>The bound of the reaction's factor and of its inverse.</summary>
    /// <value>Finite, at least 1. The default is 2.</value>
    public float MaximumReaction { get; set; } = 2;

    internal void Check(OptionsProblems problems, string property)
    {
        problems.RequireFiniteAtLeast(0, StartFactor, $"{property}.{nameof(StartFactor)}");
        problems.RequireFiniteAtLeast(0, EndFactor, $"{property}.{nameof(EndFactor)}");
        problems.RequireBetween(0, 4, Reaction, $"{property}.{nameof(Reaction)}");
        problems.RequireFiniteAtLeast(1, MaximumReaction, $"{property}.{nameof(MaximumReaction)}");
    }
}
