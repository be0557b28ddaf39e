namespace CachePolicies.Engine;

/// <summary>A stage failed. The generation has ended and its leases were given back; other generations are not affected.</summary>
/// <param name="stage">The stage's name.</param>
/// <param name="model">The model's name.</param>
/// <param name="backend">The backend's name.</param>
/// <param name="evaluation">The evaluation that was under way.</param>
/// <param name="innerException">What the stage threw.</param>
public sealed class StageFailedException(string stage, string model, string backend, in EvaluationInfo evaluation, Exception innerException)
    : InvalidOperationException(
        $"The stage '{stage}' of '{model}' failed on '{backend}' in evaluation {evaluation.Index} of {evaluation.Count}: {innerException?.Message}",
        innerException)
{
    /// <summary>The stage's name.</summary>
    public string Stage { get; } = stage;

    /// <summary>The backend's name.</summary>
    public string Backend { get; } = backend;

    /// <summary>The evaluation that was under way.</summary>
    public EvaluationInfo Evaluation { get; } = evaluation;
}
