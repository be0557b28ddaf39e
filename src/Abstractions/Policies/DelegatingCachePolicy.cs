namespace CachePolicies;

/// <summary>The base of decorators: a policy that passes everything on to another. Override what differs.</summary>
/// <param name="inner">The policy that is decorated.</param>
public abstract class DelegatingCachePolicy(ICachePolicy inner) : ICachePolicy
{
    /// <summary>The policy that is decorated.</summary>
    protected ICachePolicy Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <summary>The inner policy's name: a decorator is a setting of it.</summary>
    public virtual string Name => Inner.Name;

    /// <inheritdoc/>
    public virtual CachePlan Plan(DenoiserLayout layout) => Inner.Plan(layout);

    /// <inheritdoc/>
    public virtual ICachePolicySession CreateSession(in LaneInfo lane) => Inner.CreateSession(lane);
}

/// <summary>The base of decorators' sessions.</summary>
/// <param name="inner">The session that is decorated.</param>
public abstract class DelegatingCachePolicySession(ICachePolicySession inner) : ICachePolicySession
{
    /// <summary>The session that is decorated.</summary>
    protected ICachePolicySession Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public virtual CacheDecision Decide(in BoundaryVisit visit) => Inner.Decide(visit);

    /// <inheritdoc/>
    public virtual void Complete(in EvaluationOutcome outcome) => Inner.Complete(outcome);
}
