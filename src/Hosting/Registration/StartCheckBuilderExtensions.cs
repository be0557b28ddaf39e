using CachePolicies.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what is checked when the host starts.</summary>
public static class StartCheckBuilderExtensions
{
    /// <summary>Has something checked when the host starts, so that what is wrong stops the start and not the first request.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="check">Throws where it is wrong, with a message that says what. It should take little time and hold nothing afterwards.</param>
    public static ICachePoliciesBuilder CheckAtStart(this ICachePoliciesBuilder builder, Action<IServiceProvider> check)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(check);
        builder.Services.AddSingleton(new StartCheck(check));
        return builder;
    }
}
