namespace CachePolicies.Policies;

/// <summary>No cache, as it is registered.</summary>
internal static class NoneDescriptor
{
    public static CachePolicyDescriptor<NoneOptions> Instance { get; } = new("None", static (_, name) => new NonePolicy(name)) { Method = "NoCache" };
}

/// <content>No cache.</content>
public static partial class CachePolicy
{
    /// <summary>Computes everything.</summary>
    public static ICachePolicy None { get; } = new NonePolicy("None");
}
