namespace CachePolicies.Cluster;

/// <summary>What a message is.</summary>
public enum WorkMessageKind
{
    /// <summary>The worker is there, and has nothing else to say.</summary>
    Alive,

    /// <summary>How far the order is.</summary>
    Progress,

    /// <summary>The result. Nothing comes after it.</summary>
    Done,

    /// <summary>The order is not done, for a reason that is the order's own. Nothing comes after it.</summary>
    Refused,

    /// <summary>This worker does not do the order; another may. Nothing comes after it.</summary>
    RefusedHere,
}

/// <summary>What a worker says about an order.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">
/// How far the order is: 0 before it begins, and rising then. A repetition passes the same positions, so a front that has told one does not tell it again.
/// </param>
/// <param name="Content">The rest, in the host's own format.</param>
/// <param name="Files">Pictures that belong to it, each a file's bytes.</param>
[GenerateSerializer, Immutable, Alias("CachePolicies.WorkMessage")]
public sealed record WorkMessage(
    [property: Id(0)] WorkMessageKind Kind, [property: Id(1)] int Position, [property: Id(2)] byte[] Content, [property: Id(3)] byte[][] Files)
{
    /// <summary>A sign of life.</summary>
    public static WorkMessage Alive { get; } = new(WorkMessageKind.Alive, 0, [], []);

    /// <summary>Whether nothing comes after it.</summary>
    public bool IsLast => Kind is WorkMessageKind.Done or WorkMessageKind.Refused or WorkMessageKind.RefusedHere;
}
