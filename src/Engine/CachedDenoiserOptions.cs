namespace CachePolicies.Engine;

/// <summary>How lanes that compute the same stage are run.</summary>
public enum LaneExecution
{
    /// <summary>As one batch: lanes that miss are gathered, computed together and scattered back.</summary>
    Batched,

    /// <summary>One after the other, without a copy; the result of a lane then never depends on its neighbours.</summary>
    Separate,
}

/// <summary>How a <see cref="CachedDenoiser"/> executes.</summary>
public sealed record CachedDenoiserOptions
{
    /// <summary>The defaults.</summary>
    public static CachedDenoiserOptions Default { get; } = new();

    /// <summary>How lanes that compute the same stage are run. The default is <see cref="LaneExecution.Batched"/>.</summary>
    public LaneExecution LaneExecution { get; init; }

    /// <summary>Who decides on a skip, where the policy's plan asks for nothing wider. The default is <see cref="DecisionScope.PerLane"/>.</summary>
    public DecisionScope DecisionScope { get; init; }

    /// <summary>The most bytes of elements that the cache of one session may hold; unlimited by default. Refused before the first step.</summary>
    public long? CacheMemoryBudget { get; init; }

    /// <summary>Where durations come from, for observers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
