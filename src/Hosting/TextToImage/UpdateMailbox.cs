using System.Threading.Channels;

namespace CachePolicies.Hosting;

/// <summary>
/// What a reader has not read yet of a generation that does not wait for it: a place in the queue, up to <see cref="Capacity"/> reports of progress, the result.
/// Further progress is merged into the last report: the newest counts and preview, and the decisions and stages of both, so that none is lost. One writer, one
/// reader.
/// </summary>
internal sealed class UpdateMailbox
{
    /// <summary>How many reports of progress may be unread before they are merged.</summary>
    internal const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly Queue<TextToImageProgress> _progress = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private TextToImageQueued? _queued;
    private TextToImageProgress? _last;
    private TextToImageResult? _result;

    public void Post(TextToImageQueued queued) => Change(() => _queued = queued);

    public void Post(TextToImageProgress progress) => Change(() =>
    {
        if (_last is not null && _progress.Count == Capacity - 1)
        {
            _last = progress with
            {
                Decisions = [.. _last.Decisions, .. progress.Decisions],
                Stages = [.. _last.Stages, .. progress.Stages],
                Preview = progress.Preview ?? _last.Preview,
            };
            return;
        }

        if (_last is not null)
        {
            _progress.Enqueue(_last);
        }

        _last = progress;
    });

    /// <summary>The result is the last update; it stays until it is read.</summary>
    public void Complete(TextToImageResult result)
    {
        Change(() => _result = result);
        _news.Writer.TryComplete();
    }

    /// <summary>The reader gets the failure after what came before it.</summary>
    public void Fail(Exception failure) => _news.Writer.TryComplete(failure);

    /// <summary>The updates that there are and will be.</summary>
    public async IAsyncEnumerable<TextToImageUpdate> ReadAsync()
    {
        while (await _news.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            _news.Reader.TryRead(out _);
            while (Take() is { } update)
            {
                yield return update;
            }
        }
    }

    private TextToImageUpdate? Take()
    {
        lock (_lock)
        {
            if (_queued is { } queued)
            {
                _queued = null;
                return queued;
            }

            if (_progress.TryDequeue(out var progress))
            {
                return progress;
            }

            if (_last is { } last)
            {
                _last = null;
                return last;
            }

            var result = _result;
            _result = null;
            return result;
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
        }

        _news.Writer.TryWrite(true);
    }
}
