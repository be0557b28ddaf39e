namespace CachePolicies.Policies;

/// <summary>
/// Thresholds that follow the run, for H2-Cache: both are multiplied by a factor of schedule × reaction. Ours, not the paper's, whose thresholds
/// are constant.
/// </summary>
public sealed class H2AdaptiveOptions : TrackedOptions
{
    /// <summary>Whether thresholds adapt.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Enabled { get; set => field = Given(value); }

    /// <summary>The schedule's factor at the first evaluation; it goes linearly to <see cref="EndFactor"/>.</summary>
    /// <value>Finite, at least 0. The default is 1.</value>
    public float StartFactor { get; set => field = Given(value); } = 1;

    /// <summary>The schedule's factor at the last evaluation.</summary>
    /// <value>Finite, at least 0. The default is 1.</value>
    public float EndFactor { get; set => field = Given(value); } = 1;

    /// <summary>
    /// How strongly thresholds react to the structure distances seen: the factor is (g̅ / g)^reaction, g the latest growth of the distance per
    /// evaluation and g̅ its mean in this generation, so that they fall while the image changes faster than usual.
    /// </summary>
    /// <value>In [0, 4]. The default is 0.5; 0 does not react.</value>
    public float Reaction { get; set => field = Given(value); } = 0.5f;

    /// <summary>The bound of the reaction's factor and of its inverse.</summary>
    /// <value>Finite, at least 1. The default is 2.</value>
    public float MaximumReaction { get; set => field = Given(value); } = 2;

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<H2AdaptiveOptions> Set { get; } = OptionSet.Of<H2AdaptiveOptions>()
        .With(nameof(Enabled), OptionTypes.Flag, static o => o.Enabled, static (o, v) => o.Enabled = v)
        .With(nameof(StartFactor), OptionTypes.FiniteAtLeast(0), static o => o.StartFactor, static (o, v) => o.StartFactor = v)
        .With(nameof(EndFactor), OptionTypes.FiniteAtLeast(0), static o => o.EndFactor, static (o, v) => o.EndFactor = v)
        .With(nameof(Reaction), OptionTypes.Between(0f, 4f), static o => o.Reaction, static (o, v) => o.Reaction = v)
        .With(nameof(MaximumReaction), OptionTypes.FiniteAtLeast(1), static o => o.MaximumReaction, static (o, v) => o.MaximumReaction = v);

}
