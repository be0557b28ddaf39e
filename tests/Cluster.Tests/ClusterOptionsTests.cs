namespace CachePolicies.Cluster.Tests;

/// <summary>Settings that cannot be used are named.</summary>
public sealed class ClusterOptionsTests
{
    [Fact]
    public void The_defaults_are_a_process_alone()
    {
        Assert.Empty(ClusterOptionsCheck.Problems(new ClusterOptions(), "Cluster"));
        Assert.False(new ClusterOptions().IsClustered);
    }

    [Fact]
    public void Each_setting_out_of_range_is_named()
    {
        var options = new ClusterOptions
        {
            Redis = "a",
            PostgreSql = "b",
            Name = " ",
            AdvertisedAddress = "0.0.0.0",
            Port = 0,
            Rows = 0,
            MaximumAttempts = 0,
            Heartbeat = TimeSpan.FromSeconds(5),
            MessageTimeout = TimeSpan.FromSeconds(8),
            WorkerWait = TimeSpan.FromSeconds(-1),
            ProbeTimeout = TimeSpan.Zero,
        };
        var problems = ClusterOptionsCheck.Problems(options, "Cluster").ToArray();

        Assert.Equal(9, problems.Length);
        Assert.All(
            new[] { "both Redis and PostgreSql", "Cluster:Name", "Cluster:AdvertisedAddress", "Cluster:Port", "Cluster:Rows", "Cluster:MaximumAttempts", "Cluster:MessageTimeout", "Cluster:WorkerWait", "Cluster:ProbeTimeout" },
            name => Assert.Contains(problems, p => p.Contains(name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(ClusterRole.Front)]
    [InlineData(ClusterRole.Worker)]
    public void A_front_or_a_worker_needs_a_store(ClusterRole role) =>
        Assert.Contains("is alone", Assert.Single(ClusterOptionsCheck.Problems(new ClusterOptions { Role = role }, "Cluster")), StringComparison.Ordinal);
}
