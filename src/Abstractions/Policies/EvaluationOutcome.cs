using System.Numerics;

namespace CachePolicies;

/// <summary>A set of stages, by their indices in the layout.</summary>
/// <param name="Bits">Bit i stands for stage i.</param>
public readonly record struct StageSet(ulong Bits)
{
    /// <summary>How many stages are in it.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>All stages from boundary <paramref name="from"/> up to boundary <paramref name="to"/>.</summary>
    public static StageSet Between(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, DenoiserLayout.MaximumStages);
        return to <= from ? default : new StageSet((to - from == 64 ? ulong.MaxValue : (1UL << (to - from)) - 1) << from);
    }

    /// <summary>Whether the stage is in it.</summary>
    public bool Contains(int stage) => (Bits >> stage & 1) != 0;

    /// <summary>Whether every stage of <paramref name="other"/> is in it.</summary>
    public bool Contains(StageSet other) => (Bits & other.Bits) == other.Bits;

    /// <summary>The set with one stage more.</summary>
    public StageSet With(int stage) => new(Bits | 1UL << stage);
}

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
