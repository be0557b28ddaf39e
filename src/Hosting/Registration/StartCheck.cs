namespace CachePolicies.Hosting;

/// <summary>Something that is checked when the host starts.</summary>
/// <param name="Run">Throws where it is wrong.</param>
internal sealed record StartCheck(Action<IServiceProvider> Run);
