using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using StackExchange.Redis;

namespace CachePolicies.Cluster;

/// <summary>Makes a process a member of a cluster, by Microsoft Orleans.</summary>
public static class ClusterHosting
{
    private const int MissedProbes = 3;

    /// <summary>Registers the member. A front gets an <see cref="IWorkFront"/>; a worker does what the registered <see cref="IClusterWork"/> can.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">Settings without a problem, with a membership store.</param>
    /// <param name="facts">What it has, where it generates; else <see langword="null"/>.</param>
    public static void AddCluster(this IHostApplicationBuilder builder, ClusterOptions options, WorkerFacts? facts)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(options);
        builder.Services.AddHostedService<StoreCheck>(); // Before the silo, so that it starts before it.
        builder.UseOrleans(silo => Configure(silo, options, facts));
        if (options.TakesRequests)
        {
            builder.Services.AddSingleton<WorkerBoard>();
            builder.Services.AddSingleton<IWorkFront, WorkFront>();
            builder.Services.AddHostedService<WorkerWatch>();
        }

        if (options.Generates)
        {
            builder.Services.AddSingleton<WorkerDesk>();
            builder.Services.AddHostedService<WorkerDrain>(); // After the silo, so that it stops before it.
        }
    }

    private static void Configure(ISiloBuilder silo, ClusterOptions options, WorkerFacts? facts)
    {
        var address = IPAddress.Parse(options.AdvertisedAddress);
        silo.Configure<Orleans.Configuration.ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.Name, options.Name));
        silo.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = address;
            o.SiloPort = options.Port;
            o.SiloListeningEndpoint = new IPEndPoint(address, options.Port);
            o.GatewayPort = 0; // Fronts are members themselves; there are no clients from outside.
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = options.ProbeTimeout;
            o.NumMissedProbesLimit = MissedProbes;
            o.TableRefreshTimeout = TimeSpan.FromSeconds(15);
        });
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = options.MessageTimeout);
        silo.UseSiloMetadata(WorkerMetadata.Write(options.Role, facts));
        silo.Services.AddPlacementDirector<AtNamedProcess, NamedProcessDirector>();
        silo.Services.AddGrainDirectory(EmptyDirectory.Name, static (_, _) => new EmptyDirectory());
        if (options.Redis is { } redis)
        {
            silo.UseRedisClustering(o =>
            {
                o.ConfigurationOptions = ConfigurationOptions.Parse(redis);
                o.ConfigurationOptions.AbortOnConnectFail = true;
            });
        }
        else
        {
            silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", options.PostgreSql!));
        }
    }
}
