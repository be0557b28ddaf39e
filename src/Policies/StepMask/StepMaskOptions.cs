namespace CachePolicies.Policies;

/// <summary>
/// A fixed schedule: nothing is measured, a mask alone says which evaluations are computed (cache-dit's masks, LeMiCa's lists), or a schedule that was found for
/// the model under a budget (<see cref="ComputeSchedule"/>).
/// </summary>
public sealed class StepMaskOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults: the medium mask.</summary>
    public StepMaskOptions()
        : base(stepMask: Policies.StepMask.Medium.Name)
    {
    }

    /// <summary>The file of a schedule that was found for the model; it takes the mask's place.</summary>
    /// <value>The path of what <c>cachepolicies schedule</c> wrote. The default is <see langword="null"/>. Not taken from requests.</value>
    public string? ScheduleFile { get; set => field = Given(value); }

    /// <summary>The schedule itself.</summary>
    /// <value>The default is <see langword="null"/>: that of <see cref="ScheduleFile"/>, if there is one.</value>
    public ComputeSchedule? Schedule { get; set => field = Given(value); }

    /// <summary>The budget: how many evaluations of the schedule are computed.</summary>
    /// <value>One of the schedule's budgets, at least 2. The default is <see langword="null"/>: its largest.</value>
    public int? Evaluations { get; set => field = Given(value); }

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
        .With(nameof(ScheduleFile), OptionTypes.File("the path of a file that 'cachepolicies schedule' wrote"), static o => o.ScheduleFile, static (o, v) => o.ScheduleFile = v)
        .With(nameof(Evaluations), OptionTypes.OrNull(OptionTypes.AtLeast(2)), static o => o.Evaluations, static (o, v) => o.Evaluations = v)
        .With(nameof(From), OptionTypes.Boundary, static o => o.From, static (o, v) => o.From = v)
        .With(nameof(To), OptionTypes.Boundary, static o => o.To, static (o, v) => o.To = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);

    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "a fixed schedule measures nothing";

    /// <inheritdoc/>
    protected override string? MaskInForce => HasSchedule ? null : base.MaskInForce;

    private bool HasSchedule => Schedule is not null || !string.IsNullOrWhiteSpace(ScheduleFile);

    /// <inheritdoc/>
    protected internal override void CopyUndeclared(CachePolicyOptions target) => ((StepMaskOptions)target).Schedule = Schedule;

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "a fixed schedule has no probe");
        if (!HasSchedule)
        {
            problems.Refuse(StepMask is null, nameof(StepMask), StepMask, "a mask (medium): without one everything but the first step would be skipped");
            problems.Refuse(Evaluations is not null, nameof(Evaluations), Evaluations, $"null without a {nameof(ScheduleFile)}: a mask says itself how many are computed");
            return;
        }

        try
        {
            var schedule = Found()!;
            problems.Refuse(
                Evaluations is not null && schedule.For(Evaluations) is null,
                nameof(Evaluations),
                Evaluations,
                $"one of the schedule's budgets ({string.Join(", ", schedule.Budgets.Select(b => b.Length).Order())})");
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            problems.Add(nameof(ScheduleFile), ScheduleFile, $"a schedule that can be read. {unreadable.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The schedule that was given, or that of the file; <see langword="null"/> where there is neither.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a schedule.</exception>
    internal ComputeSchedule? Found() => Schedule ?? (HasSchedule ? ComputeSchedule.Load(ScheduleFile!) : null);
}
