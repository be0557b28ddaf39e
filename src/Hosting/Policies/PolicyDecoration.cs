namespace CachePolicies.Hosting;

/// <summary>A decorator that is put around a registered policy, in the order of registration from the inside to the outside.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Decorate">Puts it around.</param>
internal sealed record PolicyDecoration(string Policy, Func<IServiceProvider, ICachePolicy, ICachePolicy> Decorate);
