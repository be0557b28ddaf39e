using System.Diagnostics;

namespace CachePolicies.Hosting;

/// <summary>The names of meters, instruments, activities and tags.</summary>
public static class CachePoliciesTelemetry
{
    /// <summary>The meter.</summary>
    public const string MeterName = "CachePolicies";

    /// <summary>The activity source: generation, step, stage.</summary>
    public const string ActivitySourceName = "CachePolicies";

    /// <summary>Counter of stages, by policy, stage and outcome (<c>computed</c>, <c>skipped</c>).</summary>
    public const string StageDecisions = "cachepolicies.stage.decisions";

    /// <summary>Histogram of measured distances, by policy and measurement.</summary>
    public const string Distance = "cachepolicies.distance";

    /// <summary>Histogram of the duration of evaluations in seconds, by policy.</summary>
    public const string StepDuration = "cachepolicies.step.duration";

    /// <summary>Histogram of the duration of computed stages in seconds, by policy and stage.</summary>
    public const string StageDuration = "cachepolicies.stage.duration";

    /// <summary>Histogram of the duration of generations in seconds, by policy.</summary>
    public const string GenerationDuration = "cachepolicies.generation.duration";

    /// <summary>Histogram of the estimated speed-up of generations, by policy.</summary>
    public const string SpeedUp = "cachepolicies.generation.speedup";

    /// <summary>Generations that run.</summary>
    public const string Active = "cachepolicies.generations.active";

    /// <summary>Generations that wait for their turn.</summary>
    public const string Queued = "cachepolicies.generations.queued";

    /// <summary>Bytes of features that somebody holds, by backend.</summary>
    public const string FeatureBytes = "cachepolicies.feature.bytes";

    /// <summary>The activity of a generation.</summary>
    public const string GenerationActivity = "generation";

    /// <summary>The activity of an evaluation.</summary>
    public const string StepActivity = "step";

    /// <summary>The activity of a stage.</summary>
    public const string StageActivity = "stage";

    /// <summary>The policy's name.</summary>
    public const string PolicyTag = "policy";

    /// <summary>The model's name.</summary>
    public const string ModelTag = "model";

    /// <summary>What the policy said about its plan, such as the settings that it took for the model's family; on activities.</summary>
    public const string NotesTag = "policy.notes";

    /// <summary>The backend's name.</summary>
    public const string BackendTag = "backend";

    /// <summary>The stage's name.</summary>
    public const string StageTag = "stage";

    /// <summary>The measurement's name.</summary>
    public const string MeasurementTag = "measurement";

    /// <summary>What happened to a stage.</summary>
    public const string OutcomeTag = "outcome";

    /// <summary>The evaluation's index.</summary>
    public const string StepTag = "step";

    internal static ActivitySource Source { get; } = new(ActivitySourceName);
}
