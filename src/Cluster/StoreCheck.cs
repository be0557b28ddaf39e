using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;

namespace CachePolicies.Cluster;

/// <summary>Connects to the membership store once before the process joins, so that one that cannot be reached ends the start with a sentence.</summary>
internal sealed class StoreCheck(ClusterOptions options) : IHostedService
{
    /// <summary>Checks the store.</summary>
    /// <exception cref="InvalidOperationException">It cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (options.Redis is { } redis)
            {
                var connection = await ConnectionMultiplexer.ConnectAsync(redis).ConfigureAwait(false);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                var connection = new NpgsqlConnection(options.PostgreSql);
                await using var open = connection.ConfigureAwait(false);
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is RedisException or DbException or SocketException or TimeoutException or ArgumentException)
        {
            // The connection's text is not repeated: there may be a password in it.
            var store = options.Redis is null ? "PostgreSQL" : "Redis";
            throw new InvalidOperationException($"The {store} of the cluster's settings, where its members meet, cannot be reached. Check that it is running and that its address and password are correct.", failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
