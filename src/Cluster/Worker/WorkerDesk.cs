using System.Runtime.CompilerServices;

namespace CachePolicies.Cluster;

/// <summary>Takes the orders of this process: counts them, says between messages that it is there, and takes none once it drains. Thread-safe.</summary>
/// <param name="work">Does the orders.</param>
/// <param name="options">How often it gives a sign of life.</param>
internal sealed class WorkerDesk(IClusterWork work, ClusterOptions options)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _orders;
    private bool _isDraining;

    /// <summary>How the worker is.</summary>
    public WorkerReport Report()
    {
        lock (_lock)
        {
            return new WorkerReport(_orders, _isDraining, work.LoadedModels, work.Describe());
        }
    }

    /// <summary>Takes nothing new from now on.</summary>
    /// <returns>A task that ends when the last order has ended.</returns>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _isDraining = true;
            if (_orders == 0)
            {
                _idle.TrySetResult();
            }
        }

        return _idle.Task;
    }

    /// <summary>Does an order.</summary>
    public async IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!TryBegin())
        {
            yield return new WorkMessage(WorkMessageKind.RefusedHere, 0, [], []);
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var messages = work.RunAsync(order, stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool>? next = null;
        try
        {
            yield return WorkMessage.Alive; // The order has arrived.
            while (true)
            {
                next ??= messages.MoveNextAsync().AsTask();
                if (!await EndsWithinAsync(next, options.Heartbeat).ConfigureAwait(false))
                {
                    yield return WorkMessage.Alive;
                    continue;
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                next = null;
                yield return messages.Current;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await messages.DisposeAsync().ConfigureAwait(false);
            End();
        }
    }

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan time)
    {
        using var waiting = new CancellationTokenSource();
        var first = await Task.WhenAny(task, Task.Delay(time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        return first == task;
    }

    private bool TryBegin()
    {
        lock (_lock)
        {
            _orders += _isDraining ? 0 : 1;
            return !_isDraining;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_orders == 0 && _isDraining)
            {
                _idle.TrySetResult();
            }
        }
    }
}
