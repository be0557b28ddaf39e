using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>What the cache did in a generation.</summary>
/// <param name="Steps">How many evaluations were computed in full, in part and not at all, on average over the pictures and guidance branches of the generation.</param>
/// <param name="EstimatedSpeedup">
/// How many times as long the generation would have taken with every stage computed, each at its mean duration; <see langword="null"/> where a stage never ran, so
/// that nobody knows what it costs.
/// </param>
public sealed record CacheReport(ExtentCounts Steps, double? EstimatedSpeedup);
