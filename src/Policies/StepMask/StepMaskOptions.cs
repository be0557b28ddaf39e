namespace CachePolicies.Policies;

/// <summary>A fixed schedule (cache-dit's static step computation masks): nothing is measured, the mask alone says which evaluations are computed.</summary>
public sealed class StepMaskOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults: the medium mask.</summary>
    public StepMaskOptions() => StepMask = Policies.StepMask.Medium.Name;

    /// <summary>Where the skip begins; what is reused is the residual over it.</summary>
    /// <value>A boundary's name or role. The default is <c>embedded</c>; <c>latent</c> works on an unsplit model.</value>
    public string From { get; set; } = BoundaryRole.Embedded.ToName();

    /// <summary>Where the skip leads.</summary>
    /// <value>A boundary's name or role. The default is <c>detail</c>; <c>output</c> works on an unsplit model.</value>
    public string To { get; set; } = BoundaryRole.Detail.ToName();

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because the schedule has no probe.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    private protected override string? WhyNotPerFrame => "a fixed schedule measures nothing";

    private protected override void Check(OptionsProblems problems)
    {
        if (StepMask is null)
        {
            problems.Add(nameof(StepMask), null, "a mask is right (medium): without one everything but the first step would be skipped");
        }

        problems.RequireBoundary(From, nameof(From));
        problems.RequireBoundary(To, nameof(To));
        Approximation.Check(problems, nameof(Approximation), "a fixed schedule has no probe");
    }
}
