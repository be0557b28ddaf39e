namespace CachePolicies.Policies;

/// <summary>
/// MeanCache (arXiv 2601.19961), a method at the sampler: a fixed path of computed evaluations, and between them the mean velocity of the last k evaluations,
/// continued by the rate at which it turns (<see cref="MeanVelocityWeights"/>). Nothing is measured, nothing of the model runs on a skip, and the branches of guidance skip
/// together. k is set for each segment of the path.
/// </summary>
/// <remarks>
/// The authors find a path for each model as the shortest one over the measured deviations of its segments, with high deviations weighted up. Their paths for
/// Qwen-Image are built in; a path of your own is a list. Where guidance is rescaled or changes its scale from step to step, forecasting the branches is not quite
/// forecasting the guided velocity.
/// </remarks>
public sealed class MeanCacheOptions : CachePolicyOptions
{
    /// <summary>Which evaluations are computed, and over how many the mean is taken after each.</summary>
    /// <value>
    /// One of <see cref="MeanCachePath.Published"/>, scaled to the run, or a list as <c>0,1,2:3,9:5,14</c>, taken as it stands: the evaluations in rising
    /// order from 0, with k after a colon where it is not 1. The default is <c>qwen-image-17</c>.
    /// </value>
    public string Path { get; set => field = Given(value); } = MeanCachePath.Published[1].Name;

    /// <summary>How skipped evaluations are made.</summary>
    /// <value>
    /// Plain by default: the mean velocity, over as many evaluations as the path says. Any other method forecasts the output at the same evaluations;
    /// <see cref="SkipMethod.Aligned"/> is refused, because a fixed path has no probe.
    /// </value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<MeanCacheOptions> Set { get; } = OptionSet.Of<MeanCacheOptions>()
        .With(
            nameof(Path),
            new OptionType<string>(OptionKind.Text, MeanCachePath.Expected, static t => t, static v => string.IsNullOrWhiteSpace(v) ? "empty" : v, static v => MeanCachePath.TryParse(v, out _)),
            static o => o.Path,
            static (o, v) => o.Path = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);

    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "MeanCache measures nothing";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "a fixed path has no probe");
    }
}
