using System.Collections.Concurrent;

namespace CachePolicies.Cluster.Tests;

/// <summary>The workers of a cluster, which are killed, paused and joined while it serves. One that ended is replaced.</summary>
internal sealed class Workers(string store, string connection, int count) : IAsyncDisposable
{
    private readonly ConcurrentBag<ServerProcess> _all = [];
    private readonly List<ServerProcess> _there = [];

    public int Kills { get; private set; }

    public int Pauses { get; private set; }

    public int Joins { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>Starts all of them.</summary>
    public async Task StartAsync() => _there.AddRange(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => JoinAsync())));

    /// <summary>Kills or pauses a worker, or lets one join, until it is told to stop. At least one worker is well at any time.</summary>
    public async Task DisturbAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var worker = _there[random.Next(_there.Count)];
            switch (random.Next(3))
            {
                case 0:
                    Kills++;
                    worker.Kill();
                    break;
                case 1:
                    Pauses++;
                    worker.Pause();
                    await Task.Delay(TimeSpan.FromSeconds(random.Next(2, 16)), CancellationToken.None);
                    worker.Resume();
                    break;
                default:
                    Joins++;
                    _there.Add(await JoinAsync());
                    if (_there.Count > count + 1)
                    {
                        // One that joined makes room for the next.
                        Kills++;
                        _there[0].Kill();
                    }

                    break;
            }

            await Task.Delay(TimeSpan.FromSeconds(random.Next(1, 4)), CancellationToken.None);
            _there.RemoveAll(w => w.HasExited);
            while (_there.Count < count && !stop.IsCancellationRequested)
            {
                _there.Add(await JoinAsync());
            }
        }
    }

    /// <summary>Replaces one worker after the other: each is asked to stop when the next is ready.</summary>
    public async Task RestartAllAsync()
    {
        foreach (var worker in _there.ToArray())
        {
            _there.Add(await JoinAsync());
            _there.Remove(worker);
            Assert.Equal(0, await worker.StopAsync());
            Restarts++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _all)
        {
            await worker.DisposeAsync();
        }
    }

    private async Task<ServerProcess> JoinAsync()
    {
        var worker = await ServerProcess.StartAsync("worker", store, connection);
        _all.Add(worker);
        return worker;
    }
}
