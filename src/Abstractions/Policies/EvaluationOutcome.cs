namespace CachePolicies;

/// <summary>What really happened in an evaluation of one lane.</summary>
/// <param name="evaluation">Which evaluation it was.</param>
/// <param name="layout">The denoiser's layout.</param>
/// <param name="computed">The stages that ran.</param>
/// <param name="source">Where distances come from; references have not moved yet.</param>
public readonly struct EvaluationOutcome(in EvaluationInfo evaluation, DenoiserLayout layout, StageSet computed, IMeasurementSource source)
{
    private readonly DenoiserLayout _layout = layout;
    private readonly IMeasurementSource _source = source;

    /// <summary>Which evaluation it was.</summary>
    public EvaluationInfo Evaluation { get; } = evaluation;

    /// <summary>The stages that ran.</summary>
    public StageSet ComputedStages { get; } = computed;

    /// <summary>Whether every stage ran.</summary>
    public bool FullyComputed => ComputedStages.Count == _layout.Stages.Length;

    /// <summary>Whether at least one stage ran.</summary>
    public bool AnyComputed => ComputedStages.Bits != 0;

    /// <summary>Whether every stage between two boundaries ran.</summary>
    /// <exception cref="CachePlanException">The layout lacks one of the boundaries.</exception>
    public bool Computed(BoundaryRef from, BoundaryRef to) => ComputedStages.Contains(_layout.StagesBetween(from, to));

    /// <summary>A declared measurement, against the reference as it was during the evaluation. What was measured already is not measured again.</summary>
    /// <inheritdoc cref="IMeasurementSource.Distance"/>
    public float Distance(MeasurementKey key) => _source.Distance(key);
}
