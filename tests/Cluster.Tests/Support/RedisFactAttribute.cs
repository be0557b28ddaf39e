namespace CachePolicies.Cluster.Tests;

/// <summary>A test that needs redis-server (Debian's package redis-server, which <c>.ci/run</c> installs); skipped where there is none and nobody requires it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "The test sends signals to processes.";
        }
        else if (RedisServer.Executable is null && Environment.GetEnvironmentVariable("CACHEPOLICIES_REQUIRE_REDIS") is not "1")
        {
            Skip = "redis-server is not there: apt-get install redis-server";
        }
    }
}
