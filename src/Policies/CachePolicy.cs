namespace CachePolicies.Policies;

/// <summary>
/// The known caching policies, as functions; <see cref="PolicyCatalog"/> has them as a list. Each copies its options, so that later changes of the object
/// change nothing, and puts the decorators that they ask for around the policy.
/// </summary>
public static partial class CachePolicy;
