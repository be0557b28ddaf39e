namespace CachePolicies.Cluster;

/// <summary>What a front asks of a worker. Equal orders give equal results, whichever worker has them.</summary>
/// <param name="Model">The model that is needed; a worker that does not have it is not asked.</param>
/// <param name="Kind">What is asked; the worker's host knows the kinds.</param>
/// <param name="Content">The rest, in the host's own format.</param>
[GenerateSerializer, Immutable, Alias("CachePolicies.WorkOrder")]
public sealed record WorkOrder([property: Id(0)] string Model, [property: Id(1)] string Kind, [property: Id(2)] byte[] Content);
