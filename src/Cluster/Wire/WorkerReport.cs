namespace CachePolicies.Cluster;

/// <summary>How a worker is at the moment.</summary>
/// <param name="Orders">How many orders it has, computing or waiting.</param>
/// <param name="IsDraining">Whether it finishes what it has and takes nothing new.</param>
/// <param name="LoadedModels">The models that are in memory.</param>
/// <param name="Details">What else its host tells of its models, in the host's own format.</param>
[GenerateSerializer, Immutable, Alias("CachePolicies.WorkerReport")]
public sealed record WorkerReport(
    [property: Id(0)] int Orders, [property: Id(1)] bool IsDraining, [property: Id(2)] IReadOnlyList<string> LoadedModels, [property: Id(3)] byte[] Details);
