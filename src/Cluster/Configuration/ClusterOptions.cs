using System.Net;

namespace CachePolicies.Cluster;

/// <summary>What a process does.</summary>
public enum ClusterRole
{
    /// <summary>Takes requests and generates.</summary>
    Both,

    /// <summary>Takes requests and gives them to workers.</summary>
    Front,

    /// <summary>Generates what fronts ask for.</summary>
    Worker,
}

/// <summary>How processes find each other, and how long they wait for each other.</summary>
public sealed class ClusterOptions
{
    /// <summary>What this process does.</summary>
    /// <value>The default is <see cref="ClusterRole.Both"/>.</value>
    public ClusterRole Role { get; set; }

    /// <summary>The connection to the Redis that knows the members: <c>redis-1:6379,password=…</c>.</summary>
    /// <value><see langword="null"/>, the default, for no Redis. With neither this nor <see cref="PostgreSql"/> the process is alone.</value>
    public string? Redis { get; set; }

    /// <summary>The connection to the PostgreSQL that knows the members: <c>Host=pg-1;Username=…</c>. Its tables are made by the scripts of Microsoft Orleans.</summary>
    /// <value><see langword="null"/>, the default, for no PostgreSQL.</value>
    public string? PostgreSql { get; set; }

    /// <summary>The name of the cluster; processes of another name in the same store are not seen.</summary>
    public string Name { get; set; } = "cachepolicies";

    /// <summary>The address at which the others reach this process, and the only one at which it listens for them. Whoever reaches it may use it.</summary>
    /// <value>An IP address. The default is 127.0.0.1: processes of this machine alone.</value>
    public string AdvertisedAddress { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>The port at that address.</summary>
    /// <value>1 to 65,535. The default is 11111.</value>
    public int Port { get; set; } = 11111;

    /// <summary>How many generations a worker takes at once; the others wait in its queue. Fronts divide the length of a queue by it.</summary>
    /// <value>1 to 1,024; <see langword="null"/>, the default, for <c>CachePolicies:MaximumConcurrentGenerations</c>.</value>
    public int? Rows { get; set; }

    /// <summary>How often a worker that computes, or whose queue waits, says that it is there; and how often a front asks each worker how busy it is.</summary>
    /// <value>100 ms to 1 minute. The default is 1 second.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a front waits for the next message of a worker before it asks another.</summary>
    /// <value>At least 3 heartbeats, at most 10 minutes. The default is 8 seconds.</value>
    public TimeSpan MessageTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How many workers may be lost over one request, the last included, before it is given up.</summary>
    /// <value>1 to 100. The default is 5.</value>
    public int MaximumAttempts { get; set; } = 5;

    /// <summary>How long a request waits where no worker is there.</summary>
    /// <value>0 to 10 minutes. The default is 30 seconds.</value>
    public TimeSpan WorkerWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a process waits for another's answer to a probe; three in a row without one, and it counts as dead.</summary>
    /// <value>500 ms to 1 minute. The default is 5 seconds.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the process belongs to a cluster.</summary>
    public bool IsClustered => Redis is not null || PostgreSql is not null;

    /// <summary>Whether it generates.</summary>
    public bool Generates => Role != ClusterRole.Front;

    /// <summary>Whether it takes requests.</summary>
    public bool TakesRequests => Role != ClusterRole.Worker;
}
