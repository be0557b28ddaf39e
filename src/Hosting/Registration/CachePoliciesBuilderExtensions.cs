using System.Diagnostics.CodeAnalysis;
using System.Reflection;
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
public static partial class CachePoliciesBuilderExtensions
{
    /// <summary>Registers a policy by its descriptor: one of <see cref="PolicyCatalog"/>, or one of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="descriptor">The policy.</param>
    /// <param name="name">The name; <see langword="null"/> for the descriptor's.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddCachePolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this ICachePoliciesBuilder builder, CachePolicyDescriptor<TOptions> descriptor, string? name = null, Action<TOptions>? configure = null)
        where TOptions : CachePolicyOptions, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(descriptor);
        var registered = name ?? descriptor.Name;
        AddPolicy<TOptions>(builder, registered, static (reader, options) => reader.Read(options.Declared, options), (_, options, family) => descriptor.Create(options, registered, family), configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, CachePolicyOptionsValidator<TOptions>>());
        return builder;
    }

    /// <summary>Registers a policy by a descriptor whose class of options is not known beforehand: each of <see cref="PolicyCatalog.All"/>, for instance.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="descriptor">The policy.</param>
    /// <param name="name">The name; <see langword="null"/> for the descriptor's.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static ICachePoliciesBuilder AddCachePolicy(this ICachePoliciesBuilder builder, CachePolicyDescriptor descriptor, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(descriptor);
        return descriptor.Accept(new Registration(builder, name));
    }

    /// <summary>
    /// Registers a policy of your own. It is made by dependency injection; its constructor may ask for its options, and for its name by a parameter with
    /// <see cref="ServiceKeyAttribute"/>. Its section may hold the steps that are computed in any case (<c>WarmupSteps</c> and the like) beside its own
    /// options.
    /// </summary>
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
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this ICachePoliciesBuilder builder, string name, Action<TOptions>? configure = null)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new() =>
        builder.AddCachePolicy<TPolicy, TOptions>(name, static (c, o) => c.Bind(o), configure);

    /// <summary>Registers a policy of your own, with a function that reads its options from configuration.</summary>
    /// <inheritdoc cref="AddCachePolicy{TPolicy, TOptions}(ICachePoliciesBuilder, string, Action{TOptions})"/>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name.</param>
    /// <param name="bind">Copies the values of the section to the options: <c>(c, o) => c.Bind(o)</c> where the binding generator is on. What it does not read is refused.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder AddCachePolicy<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this ICachePoliciesBuilder builder, string name, Action<IConfiguration, TOptions> bind, Action<TOptions>? configure)
        where TPolicy : class, ICachePolicy
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(bind);
        return AddPolicy<TOptions>(builder, name, Read, (services, options, _) => Make<TPolicy>(services, options, name), configure);

        void Read(SettingsReader reader, TOptions options)
        {
            reader.Read(CachePolicyOptions.Common, options as CachePolicyOptions ?? new ForcedSteps());
            bind(reader.AsConfiguration(), options);
        }
    }

    /// <summary>Puts a decorator around a registered policy; the later it is registered, the further outside it is.</summary>
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

    private static ICachePolicy Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(IServiceProvider services, object options, string name)
        where TPolicy : ICachePolicy
    {
        var asked = typeof(TPolicy).GetConstructors().SelectMany(c => c.GetParameters()).ToArray();
        object[] given =
        [
            .. asked.Any(p => p.ParameterType.IsInstanceOfType(options)) ? [options] : Array.Empty<object>(),
            .. asked.Any(p => p.IsDefined(typeof(ServiceKeyAttribute))) ? [name] : Array.Empty<object>(),
        ];
        ICachePolicy policy = ActivatorUtilities.CreateInstance<TPolicy>(services, given);
        return options is CachePolicyOptions steps ? steps.Decorate(policy) : policy;
    }

    private static ICachePoliciesBuilder AddPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        ICachePoliciesBuilder builder, string name, SettingsBinding<TOptions> read, Func<IServiceProvider, TOptions, string?, ICachePolicy> create, Action<TOptions>? configure)
        where TOptions : class, new()
    {
        var services = builder.Services;
        Registry(services).Add(name);
        services.AddKeyedSingleton(name, (s, _) => new SettingsSection<TOptions>(name, name, s.GetRequiredService<SettingsStore>(), read));
        services.AddSingleton<IConfigureOptions<TOptions>>(s => s.GetRequiredKeyedService<SettingsSection<TOptions>>(name));
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(s =>
        {
            // The source is what takes new values, so it must be there when somebody watches the options.
            s.GetRequiredKeyedService<IPolicySource>(name);
            return s.GetRequiredKeyedService<SettingsSection<TOptions>>(name);
        });
        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        services.AddKeyedSingleton<IPolicySource>(name, (s, _) => new PolicySource<TOptions>(
            s.GetRequiredKeyedService<SettingsSection<TOptions>>(name),
            s.GetRequiredService<SettingsStore>(),
            s.GetRequiredService<IOptionsFactory<TOptions>>(),
            s.GetServices<IValidateOptions<TOptions>>(),
            new PolicyRecipe<TOptions>(
                (options, family) => create(s, options, family),
                policy => s.GetServices<PolicyDecoration>().Where(d => d.Policy == name).Aggregate(policy, (inner, d) => d.Decorate(s, inner))),
            s.GetRequiredService<ILoggerFactory>().CreateLogger(Log.PolicyCategory)));
        services.AddKeyedTransient<ICachePolicy>(name, (s, _) => s.GetRequiredKeyedService<IPolicySource>(name).For(null));
        return builder;
    }

    private static PolicyRegistry Registry(IServiceCollection services) =>
        services.FirstOrDefault(d => d.ServiceType == typeof(PolicyRegistry))?.ImplementationInstance as PolicyRegistry
        ?? throw new InvalidOperationException("Call AddCachePolicies() on the service collection first.");

    private sealed class Registration(ICachePoliciesBuilder builder, string? name) : ICachePolicyDescriptorVisitor<ICachePoliciesBuilder>
    {
        public ICachePoliciesBuilder Visit<TOptions>(CachePolicyDescriptor<TOptions> descriptor)
            where TOptions : CachePolicyOptions, new() =>
            builder.AddCachePolicy(descriptor, name, configure: null);
    }
}
