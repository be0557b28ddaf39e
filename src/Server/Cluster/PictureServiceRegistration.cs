using System.Globalization;
using CachePolicies.Cluster;
using CachePolicies.Hosting;

namespace CachePolicies.Server;

/// <summary>Registers who generates, by the role of the process.</summary>
internal static class PictureServiceRegistration
{
    private const string RoleSwitch = "role";

    /// <summary>Takes <c>--role</c> of the command line into the settings.</summary>
    /// <exception cref="InvalidOperationException">It is not a role.</exception>
    public static void AddRole(this IConfigurationManager configuration)
    {
        if (configuration[RoleSwitch] is not { Length: > 0 } text)
        {
            return;
        }

        if (!Enum.TryParse<ClusterRole>(text, ignoreCase: true, out var role) || !Enum.IsDefined(role) || char.IsDigit(text[0]))
        {
            throw new InvalidOperationException($"The role is '{Excerpt.Of(text)}'; expected front, worker or both.");
        }

        configuration[$"{ServerOptions.SectionName}:{nameof(ServerOptions.Cluster)}:{nameof(ClusterOptions.Role)}"] = role.ToString();
    }

    /// <summary>Registers it: the models of this process, the workers of the cluster, or both.</summary>
    public static void AddPictureService(this WebApplicationBuilder builder, ICachePoliciesBuilder policies, ServerOptions options)
    {
        var (services, cluster) = (builder.Services, options.Cluster);
        var models = cluster.Generates ? policies.AddServedModels(options) : new RegisteredModels([]);
        policies.AddServedPolicies(options, builder.Configuration);
        services.AddSingleton(models);
        services.AddSingleton<ModelShelf>();
        services.AddSingleton<ModelsAtStart>();
        services.AddHostedService(s => s.GetRequiredService<ModelsAtStart>());
        services.AddSingleton<LocalPictureService>();
        services.AddSingleton<ResultFolder>();
        services.AddSingleton(s => new ResultKeys(models, s.GetRequiredService<IConfiguration>()));
        services.AddSingleton<StoringPictureService>();
        services.AddSingleton<PolicyDescriptions>();
        var isMember = cluster.IsClustered && !ClusterOptionsCheck.Problems(cluster, "").Any();
        if (!isMember)
        {
            // Alone, or with settings that validation refuses when the server starts.
            services.AddSingleton<IPictureService>(s => s.GetRequiredService<StoringPictureService>());
            services.AddSingleton<IPolicyDescriptions>(s => s.GetRequiredService<PolicyDescriptions>());
            return;
        }

        var facts = cluster.Generates ? FactsOf(models, cluster, builder.Configuration) : null;
        if (facts is not null)
        {
            services.AddSingleton(facts);
            services.AddSingleton<IClusterWork, PictureWork>();
        }

        if (cluster.TakesRequests)
        {
            services.AddSingleton<ClusterPictureService>();
            services.AddSingleton<IPictureService>(s => s.GetRequiredService<ClusterPictureService>());
            services.AddSingleton<IPolicyDescriptions, ClusterPolicyDescriptions>();
            services.AddHealthChecks().AddCheck<WorkersCheck>("workers", tags: [ServerHealth.Ready]);
        }

        builder.AddCluster(cluster, facts);
    }

    private static WorkerFacts FactsOf(RegisteredModels models, ClusterOptions cluster, ConfigurationManager configuration)
    {
        var section = configuration.GetSection(CachePoliciesOptions.SectionName);
        var atOnce = int.TryParse(section[nameof(CachePoliciesOptions.MaximumConcurrentGenerations)], CultureInfo.InvariantCulture, out var configured) ? configured : 1;
        var providers = section.GetSection("OnnxRuntime:Providers").GetChildren().Select(p => p.Value).OfType<string>().ToArray();
        return new WorkerFacts([.. models.All.Select(m => m.Name)], providers.Length > 0 ? string.Join(' ', providers) : "default", cluster.Rows ?? Math.Max(1, atOnce));
    }
}
