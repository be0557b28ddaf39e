namespace CachePolicies;

/// <summary>Where a visit or an outcome gets its numbers. The engine implements it; tests of a policy may, too.</summary>
public interface IMeasurementSource
{
    /// <summary>The distance of this evaluation's value from the reference.</summary>
    /// <returns>
    /// The estimator's number, which may be NaN; +∞ before a reference exists, and where the value does not exist in this evaluation (a signal
    /// of a stage that was skipped).
    /// </returns>
    /// <exception cref="CachePlanException">The plan declares no such measurement.</exception>
    float Distance(MeasurementKey key);

    /// <summary>Whether enough was computed in this generation to skip from the visited boundary to <paramref name="to"/>.</summary>
    bool CanSkip(BoundaryRef to);
}

/// <summary>A boundary at which a policy is asked.</summary>
/// <param name="evaluation">Which evaluation this is.</param>
/// <param name="layout">The denoiser's layout.</param>
/// <param name="boundary">Where.</param>
/// <param name="computed">The stages that ran in this evaluation so far.</param>
/// <param name="source">Where distances come from.</param>
public readonly struct BoundaryVisit(
    in EvaluationInfo evaluation, DenoiserLayout layout, Boundary boundary, StageSet computed, IMeasurementSource source)
{
    private readonly DenoiserLayout _layout = layout;
    private readonly IMeasurementSource _source = source;

    /// <summary>Which evaluation this is.</summary>
    public EvaluationInfo Evaluation { get; } = evaluation;

    /// <summary>Where.</summary>
    public Boundary Boundary { get; } = boundary;

    /// <summary>The stages that ran in this evaluation so far; whatever lies before <see cref="Boundary"/> and is not among them was skipped.</summary>
    public StageSet ComputedStages { get; } = computed;

    /// <summary>Whether every stage between two boundaries ran in this evaluation: false where one was skipped or is still to come.</summary>
    /// <exception cref="CachePlanException">The layout lacks one of the boundaries.</exception>
    public bool Computed(BoundaryRef from, BoundaryRef to) => ComputedStages.Contains(_layout.StagesBetween(from, to));

    /// <summary>A declared measurement, taken when it is first asked for in an evaluation: a policy pays only for the checks it makes.</summary>
    /// <inheritdoc cref="IMeasurementSource.Distance"/>
    public float Distance(MeasurementKey key) => _source.Distance(key);

    /// <summary>Whether enough was computed in this generation to skip from here to <paramref name="to"/>.</summary>
    public bool CanSkip(BoundaryRef to) => _source.CanSkip(to);
}
