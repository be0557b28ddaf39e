using System.Diagnostics.CodeAnalysis;
using CachePolicies;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers policies. A policy's name is its key among the services, the name of its options, its section in configuration and its tag in
/// telemetry. Settings come from <c>CachePolicies:NAME</c> and then from the code given here, which wins.
/// </summary>
public static class CachePoliciesBuilderExtensions
{
    /// <summary>Registers H2-Cache as <c>H2Cache</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder AddH2Cache(this ICachePoliciesBuilder builder, Action<H2CacheOptions>? configure = null) =>
        builder.AddH2Cache("H2Cache", configure);

    /// <summary>Registers H2-Cache under a name of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddH2Cache(this ICachePoliciesBuilder builder, string name, Action<H2CacheOptions>? configure = null) =>
        AddKnown(builder, name, new PolicyBinding<H2CacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.H2Cache, configure);

    /// <summary>Registers the block cache as <c>BlockCache</c>.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddBlockCache(this ICachePoliciesBuilder builder, Action<BlockCacheOptions>? configure = null) =>
        builder.AddBlockCache("BlockCache", configure);

    /// <summary>Registers the block cache under a name of your own.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, string, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddBlockCache(this ICachePoliciesBuilder builder, string name, Action<BlockCacheOptions>? configure = null) =>
        AddKnown(builder, name, new PolicyBinding<BlockCacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.BlockCache, configure);

    /// <summary>Registers TeaCache as <c>TeaCache</c>.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddTeaCache(this ICachePoliciesBuilder builder, Action<TeaCacheOptions>? configure = null) =>
        builder.AddTeaCache("TeaCache", configure);

    /// <summary>Registers TeaCache under a name of your own.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, string, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddTeaCache(this ICachePoliciesBuilder builder, string name, Action<TeaCacheOptions>? configure = null) =>
        AddKnown(builder, name, new PolicyBinding<TeaCacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.TeaCache, configure);

    /// <summary>Registers DiCache as <c>DiCache</c>.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddDiCache(this ICachePoliciesBuilder builder, Action<DiCacheOptions>? configure = null) =>
        builder.AddDiCache("DiCache", configure);

    /// <summary>Registers DiCache under a name of your own.</summary>
    /// <inheritdoc cref="AddH2Cache(ICachePoliciesBuilder, string, Action{H2CacheOptions})"/>
    public static ICachePoliciesBuilder AddDiCache(this ICachePoliciesBuilder builder, string name, Action<DiCacheOptions>? configure = null) =>
        AddKnown(builder, name, new PolicyBinding<DiCacheOptions>(static (c, o) => c.Bind(o)), CachePolicy.DiCache, configure);

    /// <summary>Registers the policy that computes everything as <c>None</c>.</summary>
    /// <param name="builder">The builder.</param>
    public static ICachePoliciesBuilder AddNoCache(this ICachePoliciesBuilder builder) =>
        AddPolicy(builder, "None", new PolicyBinding<NoCacheOptions>(static (_, _) => { }), static (_, _) => CachePolicy.None, null);

    /// <summary>Registers a policy of your own. It is made by dependency injection; its constructor may ask for its options and its name (a <see cref="string"/>).</summary>
    /// <typeparam name="TPolicy">The policy.</typeparam>
    /// <typeparam name="TOptions">Its options; register an <see cref="IValidateOptions{TOptions}"/> to check them.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    [RequiresDynamicCode("Options of any type are bound by reflection; give a function that binds them, for native compilation.")]
    [RequiresUnreferencedCode("Options of any type are bound by reflection; give a function that binds them, for trimming.")]
    public static ICachePoliciesBuilder AddCachePolicy<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this ICachePoliciesBuilder builder, string name, Action<TOptions>? configure = null)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new() =>
        builder.AddCachePolicy<TPolicy, TOptions>(name, static (c, o) => c.Bind(o), configure);

    /// <summary>Registers a policy of your own, with a function that reads its options from configuration.</summary>
    /// <inheritdoc cref="AddCachePolicy{TPolicy, TOptions}(ICachePoliciesBuilder, string, Action{TOptions})"/>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="bind">Copies the values of the section to the options: <c>(c, o) => c.Bind(o)</c> where the binding generator is on.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder AddCachePolicy<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this ICachePoliciesBuilder builder, string name, Action<IConfiguration, TOptions> bind, Action<TOptions>? configure)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(bind);
        return AddPolicy(builder, name, new PolicyBinding<TOptions>(bind), (services, options) => Make<TPolicy>(services, options, name), configure);
    }

    /// <summary>
    /// Puts a decorator around a registered policy, over the rules that its section in configuration lists; the later it is registered, the further outside
    /// it stands.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The policy's name.</param>
    /// <param name="decorate">Puts the decorator around; called again whenever the settings change.</param>
    /// <exception cref="UnknownCachePolicyException">No policy of this name is registered yet.</exception>
    public static ICachePoliciesBuilder Decorate(this ICachePoliciesBuilder builder, string name, Func<IServiceProvider, ICachePolicy, ICachePolicy> decorate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(decorate);
        var registry = Registry(builder.Services);
        builder.Services.AddSingleton(new PolicyDecoration(registry.Find(name) ?? throw new UnknownCachePolicyException(name, registry.Names), decorate));
        return builder;
    }

    private static TPolicy Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(IServiceProvider services, object options, string name)
    {
        var asksForName = typeof(TPolicy).GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(string)));
        return asksForName
            ? ActivatorUtilities.CreateInstance<TPolicy>(services, options, name)
            : ActivatorUtilities.CreateInstance<TPolicy>(services, options);
    }

    internal static ICachePoliciesBuilder AddKnown<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        ICachePoliciesBuilder builder, string name, PolicyBinding<TOptions> binding, Func<TOptions, string, ICachePolicy> create, Action<TOptions>? configure)
        where TOptions : CachePolicyOptions, new()
    {
        AddPolicy(builder, name, binding, (_, options) => create(options, name), configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, CachePolicyOptionsValidator<TOptions>>());
        return builder;
    }

    private static ICachePoliciesBuilder AddPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        ICachePoliciesBuilder builder, string name, PolicyBinding<TOptions> binding, Func<IServiceProvider, TOptions, ICachePolicy> create, Action<TOptions>? configure)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        Registry(services).Add(name);
        services.AddKeyedSingleton(name, (s, _) => new PolicySection<TOptions>(name, binding, s.GetService<IConfiguration>()));
        services.AddSingleton<IConfigureOptions<TOptions>>(s => s.GetRequiredKeyedService<PolicySection<TOptions>>(name));
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(s => s.GetRequiredKeyedService<PolicySection<TOptions>>(name));
        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        services.AddKeyedSingleton<IPolicySource>(name, (s, _) => new PolicySource<TOptions>(
            s.GetRequiredKeyedService<PolicySection<TOptions>>(name),
            binding,
            s.GetRequiredService<IOptionsFactory<TOptions>>(),
            s.GetServices<IValidateOptions<TOptions>>(),
            options => create(s, options),
            policy => s.GetServices<PolicyDecoration>().Where(d => d.Policy == name).Aggregate(policy, (inner, d) => d.Decorate(s, inner)),
            s.GetRequiredService<ILoggerFactory>().CreateLogger(Log.PolicyCategory)));
        services.AddKeyedTransient<ICachePolicy>(name, (s, _) => s.GetRequiredKeyedService<IPolicySource>(name).Current);
        return builder;
    }

    private static PolicyRegistry Registry(IServiceCollection services) =>
        services.FirstOrDefault(d => d.ServiceType == typeof(PolicyRegistry))?.ImplementationInstance as PolicyRegistry
        ?? throw new InvalidOperationException("Call AddCachePolicies() on the service collection first.");

    /// <summary>The policy that computes everything has no settings.</summary>
    private sealed class NoCacheOptions;
}
