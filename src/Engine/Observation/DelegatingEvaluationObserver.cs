namespace CachePolicies.Engine;

/// <summary>The base of observers that come before another: passes everything on. Override what is to be seen, and call the base.</summary>
/// <param name="inner">The observer that is told as well, or <see langword="null"/>.</param>
public abstract class DelegatingEvaluationObserver(IEvaluationObserver? inner) : IEvaluationObserver
{
    /// <inheritdoc/>
    public virtual void EvaluationStarting(in EvaluationInfo evaluation) => inner?.EvaluationStarting(evaluation);

    /// <inheritdoc/>
    public virtual void StageCompleted(in StageRecord record) => inner?.StageCompleted(record);

    /// <inheritdoc/>
    public virtual void PreludeCompleted(in PreludeRecord record) => inner?.PreludeCompleted(record);

    /// <inheritdoc/>
    public virtual void EvaluationCompleted(EvaluationRecord record) => inner?.EvaluationCompleted(record);
}
