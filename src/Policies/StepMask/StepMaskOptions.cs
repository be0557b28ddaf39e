namespace CachePolicies.Policies;

/// <summary>A fixed schedule (cache-dit's static step computation masks): nothing is measured, the mask alone says which evaluations are computed.</summary>
public sealed class StepMaskOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults: the medium mask.</summary>
    public StepMaskOptions()
        : base(stepMask: Policies.StepMask.Medium.Name)
    {
    }

    /// <summary>Where the skip begins; what is reused is the residual over it.</summary>
    /// <value>A boundary's name or role. The default is <c>embedded</c>; <c>latent</c> works on an unsplit model.</value>
    public string From { get; set => field = Given(value); } = BoundaryRole.Embedded.ToName();

    /// <summary>Where the skip leads.</summary>
    /// <value>A boundary's name or role. The default is <c>detail</c>; <c>output</c> works on an unsplit model.</value>
    public string To { get; set => field = Given(value); } = BoundaryRole.Detail.ToName();

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because the schedule has no probe.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<StepMaskOptions> Set { get; } = OptionSet.Of<StepMaskOptions>()
        .With(nameof(From), OptionTypes.Boundary, static o => o.From, static (o, v) => o.From = v)
        .With(nameof(To), OptionTypes.Boundary, static o => o.To, static (o, v) => o.To = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "a fixed schedule measures nothing";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        problems.Refuse(StepMask is null, nameof(StepMask), StepMask, "a mask (medium): without one everything but the first step would be skipped");
        Approximation.RefuseAligned(problems, nameof(Approximation), "a fixed schedule has no probe");
    }
}
