namespace CachePolicies.Cluster;

/// <summary>What a worker has.</summary>
/// <param name="Models">The names of its models, the default first.</param>
/// <param name="Provider">What computes: <c>CPU</c>, <c>CUDA</c>.</param>
/// <param name="Rows">How many orders it computes at once.</param>
public sealed record WorkerFacts(IReadOnlyList<string> Models, string Provider, int Rows);
