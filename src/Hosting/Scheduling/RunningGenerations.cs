using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace CachePolicies.Hosting;

/// <summary>
/// The generations that run or wait, whether anybody reads them or not. A host that stops cancels them and waits until they have ended, as long as the host
/// allows; disposing without stopping does the same, within a bound.
/// </summary>
internal sealed class RunningGenerations : IHostedService, IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<RunningGeneration, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Starts a generation.</summary>
    /// <param name="begin">Begins it; the token is cancelled by the caller, by <see cref="RunningGeneration.StopAsync"/> or because the host stops.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public RunningGeneration Start(Func<CancellationToken, Task> begin, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, typeof(IHost));
        var generation = new RunningGeneration(CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token), begin);
        _running.TryAdd(generation, true);
        generation.Work.ContinueWith(
            (_, ended) => _running.TryRemove((RunningGeneration)ended!, out bool _), generation, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return generation;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys.Select(g => g.Work)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running.Keys.Select(g => g.Work)], Bound);
    }
}

/// <summary>One generation. Ends by itself; what it held is given back when it has ended.</summary>
internal sealed class RunningGeneration
{
    private readonly CancellationTokenSource _stop;
    private readonly Lock _lock = new();
    private bool _ended;

    public RunningGeneration(CancellationTokenSource stop, Func<CancellationToken, Task> begin)
    {
        _stop = stop;
        try
        {
            Work = EndAsync(begin(stop.Token));
        }
        catch
        {
            stop.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the generation has ended, whatever way; never fails.</summary>
    public Task Work { get; }

    /// <summary>Cancels the generation and waits until it has ended.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _stop.Cancel();
            }
        }

        return Work;
    }

    private async Task EndAsync(Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            _ended = true;
        }

        _stop.Dispose();
    }
}

/// <summary>
/// Made after a model was first used and so disposed before it: a service provider that is disposed without having been stopped ends the generations while their
/// model is still there.
/// </summary>
internal sealed class GenerationDrain(RunningGenerations running) : IDisposable
{
    public void Dispose() => running.Dispose();
}
