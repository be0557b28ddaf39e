namespace CachePolicies.Hosting;

/// <summary>Too many generations wait already.</summary>
/// <param name="waiting">How many wait.</param>
public sealed class GenerationQueueFullException(int waiting)
    : InvalidOperationException($"{waiting} generations wait already, which is the limit (CachePolicies:MaximumQueuedGenerations); try again later.");

/// <summary>Lets a bounded number of generations run; the others wait in the order in which they came.</summary>
internal sealed class GenerationGate(int maximumRunning, int? maximumWaiting)
{
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly Lock _lock = new();
    private int _running;

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
    public Task EnterAsync(out int position, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_running < maximumRunning)
            {
                _running++;
                position = 0;
                return Task.CompletedTask;
            }

            if (_waiting.Count >= maximumWaiting)
            {
                throw new GenerationQueueFullException(_waiting.Count);
            }

            node = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            position = _waiting.Count;
        }

        return WaitAsync(node, cancellationToken);
    }

    /// <summary>Gives the place to the one who waits longest.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else
            {
                _running--;
            }
        }
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => Abandon(node, cancellationToken)).ConfigureAwait(false);
        await node.Value.Task.ConfigureAwait(false);
    }

    /// <summary>Leaves the queue unless the turn has come in the meantime; then it is the generation itself that sees the cancellation.</summary>
    private void Abandon(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null)
            {
                return;
            }

            _waiting.Remove(node);
        }

        node.Value.SetCanceled(cancellationToken);
    }
}
