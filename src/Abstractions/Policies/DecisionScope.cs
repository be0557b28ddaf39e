namespace CachePolicies;

/// <summary>Who decides on a skip.</summary>
public enum DecisionScope
{
    /// <summary>Each lane for itself.</summary>
    PerLane,

    /// <summary>
    /// The guidance branches of a sample together: a skip happens only when all of them want the same. Where branches run in calls of their own, those that
    /// come later follow the first.
    /// </summary>
    PerSample,

    /// <summary>All lanes of the call together, as other systems do it: a skip happens only when every lane wants the same.</summary>
    WholeBatch,
}
