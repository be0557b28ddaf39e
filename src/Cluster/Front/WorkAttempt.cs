namespace CachePolicies.Cluster;

/// <summary>An order at one worker, with a time limit for each message. A lost worker is a <see cref="Problem"/>, never an exception.</summary>
internal sealed class WorkAttempt
{
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<WorkMessage> _messages;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancellationToken;
    private Task<bool>? _next;

    /// <param name="grains">Where workers are found.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="order">The order.</param>
    /// <param name="limit">How long it waits for each message.</param>
    /// <param name="cancellationToken">Stops the worker.</param>
    public WorkAttempt(IGrainFactory grains, SiloAddress worker, WorkOrder order, TimeSpan limit, CancellationToken cancellationToken)
    {
        (_limit, _cancellationToken) = (limit, cancellationToken);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _messages = grains.GetGrain<IWorkerGrain>(worker.ToParsableString()).RunAsync(order, _stop.Token).WithBatchSize(1).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>Why the order must be repeated; <see langword="null"/> as long as the worker is well.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>The next message, or <see langword="null"/> where the worker was lost.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    public async Task<WorkMessage?> NextAsync()
    {
        try
        {
            _next = _messages.MoveNextAsync().AsTask();
            if (await _next.WaitAsync(_limit, _cancellationToken).ConfigureAwait(false))
            {
                return _messages.Current;
            }

            throw new InvalidOperationException("The worker ended without a result.");
        }
        catch (Exception failure) when (!_cancellationToken.IsCancellationRequested)
        {
            Problem = failure;
            return null;
        }
        catch (Exception)
        {
            throw new OperationCanceledException(_cancellationToken);
        }
    }

    /// <summary>Ends the order at the worker. Does not wait for it: it may be gone.</summary>
    public void End() => _ = EndAsync();

    private async Task EndAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            if (_next is { } next)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await _messages.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The worker is gone, or ends the order by itself when nobody takes its messages.
        }
        finally
        {
            _stop.Dispose();
        }
    }
}
