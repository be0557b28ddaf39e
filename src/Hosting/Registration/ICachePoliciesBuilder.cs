namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers policies, a model and a backend.</summary>
public interface ICachePoliciesBuilder
{
    /// <summary>Where everything is registered.</summary>
    IServiceCollection Services { get; }
}
