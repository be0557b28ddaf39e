namespace CachePolicies;

/// <summary>
/// A caching method: what it looks at, what may be skipped and how that is approximated. Immutable and thread-safe; everything that
/// changes lives in the sessions it creates.
/// </summary>
public interface ICachePolicy
{
    /// <summary>The name in configuration, telemetry and messages.</summary>
    string Name { get; }

    /// <summary>Declares measurements and skips over a layout, before anything runs.</summary>
    /// <param name="layout">The denoiser's layout; concrete.</param>
    /// <exception cref="CachePlanException">The layout lacks something; the message says what it has and how to get the rest.</exception>
    CachePlan Plan(DenoiserLayout layout);

    /// <summary>Creates the state of one lane: one sample of the batch and one guidance branch of one generation.</summary>
    ICachePolicySession CreateSession(in LaneInfo lane);
}

/// <summary>The state of a policy for one lane of one generation. Used by one thread at a time.</summary>
public interface ICachePolicySession
{
    /// <summary>
    /// Compute the next stage, or skip to a later boundary? Asked at each boundary from which the plan declares a skip. Changes nothing: equal
    /// visits in an equal state get equal decisions, and the engine or a decorator may overrule the answer.
    /// </summary>
    CacheDecision Decide(in BoundaryVisit visit);

    /// <summary>Told after each evaluation what really happened; accumulators and counters move here.</summary>
    void Complete(in EvaluationOutcome outcome)
    {
    }
}
