using CachePolicies;
using CachePolicies.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Where registration begins.</summary>
public static class CachePoliciesServiceCollectionExtensions
{
    /// <summary>
    /// Adds the services that policies need; calling it again is harmless. Settings are read from the section <c>CachePolicies</c> where the host has a
    /// configuration, and checked when the host starts or, without one, when a policy is first used.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder AddCachePolicies(this IServiceCollection services, Action<CachePoliciesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.AddLogging();
        if (!services.Any(d => d.ServiceType == typeof(PolicyRegistry)))
        {
            services.AddSingleton(new PolicyRegistry());
            services.AddSingleton(s => new SettingsStore(s.GetService<IConfiguration>(), s.GetRequiredService<ILoggerFactory>().CreateLogger(Log.PolicyCategory)));
            AddRootSettings(services);
            services.AddHostedService<PolicyStartupValidation>();
            services.AddSingleton<RunningGenerations>();
            services.AddHostedService(s => s.GetRequiredService<RunningGenerations>());
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ICachePolicyProvider, CachePolicyProvider>();
        services.TryAddTransient<ICachePolicy>(s => s.GetRequiredService<ICachePolicyProvider>().GetPolicy());
        services.TryAddSingleton<ICachedDenoiserFactory, CachedDenoiserFactory>();
        services.AddMetrics();
        services.TryAddSingleton<IGenerationTelemetry, GenerationTelemetry>();
        services.TryAddSingleton<GenerationDrain>();
        services.TryAddSingleton<ITextToImageGenerator>(s => TextToImageGenerator.Of(s, null));
        services.TryAddSingleton<GenerationGate>();
        services.TryAddSingleton<StageSchedulers>();
        services.TryAddSingleton<TargetedPolicies>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return new Builder(services);
    }

    /// <inheritdoc cref="AddCachePolicies(IServiceCollection, Action{CachePoliciesOptions})"/>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder AddCachePolicies(this IHostApplicationBuilder builder, Action<CachePoliciesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddCachePolicies(configure);
    }

    private static void AddRootSettings(IServiceCollection services)
    {
        services.AddSingleton(s =>
        {
            var registry = s.GetRequiredService<PolicyRegistry>();
            return new SettingsSection<CachePoliciesOptions>(
                Options.Options.DefaultName, "", s.GetRequiredService<SettingsStore>(), (reader, options) => CachePoliciesOptions.Read(reader, options, registry.Names));
        });
        services.AddSingleton<IConfigureOptions<CachePoliciesOptions>>(s => s.GetRequiredService<SettingsSection<CachePoliciesOptions>>());
        services.AddSingleton<IOptionsChangeTokenSource<CachePoliciesOptions>>(s => s.GetRequiredService<RootSettings>().Section);
        services.AddSingleton<IValidateOptions<CachePoliciesOptions>, CachePoliciesOptionsValidator>();
        services.AddSingleton(s => new RootSettings(
            s.GetRequiredService<SettingsSection<CachePoliciesOptions>>(),
            s.GetRequiredService<SettingsStore>(),
            s.GetRequiredService<IOptionsFactory<CachePoliciesOptions>>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger(Log.PolicyCategory)));
    }

    private sealed class Builder(IServiceCollection services) : ICachePoliciesBuilder
    {
        public IServiceCollection Services => services;
    }
}
