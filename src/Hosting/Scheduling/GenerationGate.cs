using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Too many generations are waiting already, or one has waited too long.</summary>
public sealed class GenerationQueueFullException : InvalidOperationException
{
    /// <summary>The queue is full.</summary>
    /// <param name="waiting">How many are waiting.</param>
    public GenerationQueueFullException(int waiting)
        : base($"{waiting} generations are waiting already, which is the limit (CachePolicies:{nameof(CachePoliciesOptions.MaximumQueuedGenerations)}); try again later.")
    {
    }

    /// <summary>The turn did not come in time.</summary>
    /// <param name="waited">How long it has waited.</param>
    public GenerationQueueFullException(TimeSpan waited)
        : base($"The generation has waited for {waited}, which is the limit (CachePolicies:{nameof(CachePoliciesOptions.MaximumQueueTime)}); try again later.")
    {
    }
}

/// <summary>Lets a bounded number of generations run; the others wait in the order in which they came. The limits follow the settings.</summary>
internal sealed class GenerationGate : IDisposable
{
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly Lock _lock = new();
    private readonly IOptionsMonitor<CachePoliciesOptions> _options;
    private readonly TimeProvider _time;
    private readonly IDisposable? _watch;
    private int _running;

    public GenerationGate(IOptionsMonitor<CachePoliciesOptions> options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _watch = options.OnChange(_ => AdmitWaiting());
    }

    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a place, or joins the queue.</summary>
    /// <param name="position">0 if there was a place; else the position in the queue, from 1.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>Completes when it is one's turn; the caller then calls <see cref="Leave"/> once.</returns>
    /// <exception cref="GenerationQueueFullException">The queue is full; or, from the task, the turn did not come in time.</exception>
    public Task EnterAsync(out int position, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limits = _options.CurrentValue;
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_running < limits.MaximumConcurrentGenerations && _waiting.Count == 0)
            {
                _running++;
                position = 0;
                return Task.CompletedTask;
            }

            if (_waiting.Count >= limits.MaximumQueuedGenerations)
            {
                throw new GenerationQueueFullException(_waiting.Count);
            }

            node = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            position = _waiting.Count;
        }

        return WaitAsync(node, limits.MaximumQueueTime, cancellationToken);
    }

    /// <summary>Gives the place to the one who has waited longest.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _running--;
        }

        AdmitWaiting();
    }

    public void Dispose() => _watch?.Dispose();

    private void AdmitWaiting()
    {
        var limit = _options.CurrentValue.MaximumConcurrentGenerations;
        lock (_lock)
        {
            while (_running < limit && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                _running++;
                next.Value.SetResult();
            }
        }
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> node, TimeSpan? limit, CancellationToken cancellationToken)
    {
        await using var cancelled = cancellationToken.Register(() => Abandon(node, n => n.SetCanceled(cancellationToken))).ConfigureAwait(false);
        await using var late = limit is { } most
            ? _time.CreateTimer(_ => Abandon(node, n => n.SetException(new GenerationQueueFullException(most))), null, most, Timeout.InfiniteTimeSpan)
            : null;
        await node.Value.Task.ConfigureAwait(false);
    }

    /// <summary>Leaves the queue unless the turn has come in the meantime; then it is the generation itself that sees a cancellation.</summary>
    private void Abandon(LinkedListNode<TaskCompletionSource> node, Action<TaskCompletionSource> end)
    {
        lock (_lock)
        {
            if (node.List is null)
            {
                return;
            }

            _waiting.Remove(node);
        }

        end(node.Value);
    }
}
