using System.Diagnostics.CodeAnalysis;
using CachePolicies;
using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The shortest way to a policy: <c>builder.AddH2Cache()</c>. The same methods as <see cref="CachePoliciesBuilderExtensions"/>, on the host's builder.</summary>
public static partial class CachePoliciesHostApplicationBuilderExtensions
{
    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddCachePolicy{TOptions}(ICachePoliciesBuilder, CachePolicyDescriptor{TOptions}, string, Action{TOptions})"/>
    public static ICachePoliciesBuilder AddCachePolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IHostApplicationBuilder builder, CachePolicyDescriptor<TOptions> descriptor, string? name = null, Action<TOptions>? configure = null)
        where TOptions : CachePolicyOptions, new() =>
        builder.AddCachePolicies().AddCachePolicy(descriptor, name, configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddCachePolicy{TPolicy, TOptions}(ICachePoliciesBuilder, string, Action{TOptions})"/>
    [RequiresDynamicCode("Options of any type are bound by reflection; give a function that binds them, for native compilation.")]
    [RequiresUnreferencedCode("Options of any type are bound by reflection; give a function that binds them, for trimming.")]
    public static ICachePoliciesBuilder AddCachePolicy<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IHostApplicationBuilder builder, string name, Action<TOptions>? configure = null)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new() =>
        builder.AddCachePolicies().AddCachePolicy<TPolicy, TOptions>(name, configure);

    /// <inheritdoc cref="CachePoliciesBuilderExtensions.AddCachePolicy{TPolicy, TOptions}(ICachePoliciesBuilder, string, Action{IConfiguration, TOptions}, Action{TOptions})"/>
    public static ICachePoliciesBuilder AddCachePolicy<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IHostApplicationBuilder builder, string name, Action<IConfiguration, TOptions> bind, Action<TOptions>? configure)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new() =>
        builder.AddCachePolicies().AddCachePolicy<TPolicy, TOptions>(name, bind, configure);
}
