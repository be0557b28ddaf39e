using System.Threading.Channels;

namespace CachePolicies.Server;

/// <summary>
/// Updates of a worker that a slow client has not read yet. The worker does not wait for the client: beyond <see cref="Capacity"/> steps, further ones are merged
/// into the last, with the newest counts and preview and the decisions of both. One writer, one reader.
/// </summary>
internal sealed class PictureMailbox
{
    /// <summary>How many updates may be unread before steps are merged.</summary>
    public const int Capacity = 16;

    private readonly Lock _lock = new();
    private readonly LinkedList<PictureUpdate> _unread = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Adds an update.</summary>
    public void Post(PictureUpdate update)
    {
        lock (_lock)
        {
            switch (update, _unread.Last?.Value)
            {
                case (PictureQueued, PictureQueued):
                    _unread.Last!.Value = update;
                    break;
                case (PictureStep next, PictureStep last) when _unread.Count >= Capacity:
                    _unread.Last!.Value = next with { Evaluations = [.. last.Evaluations, .. next.Evaluations], Preview = next.Preview ?? last.Preview };
                    break;
                default:
                    _unread.AddLast(update);
                    break;
            }
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Nothing comes any more; the reader gets the failure after what came before it.</summary>
    public void Complete(Exception? failure) => _news.Writer.TryComplete(failure);

    /// <summary>The updates that there are and will be.</summary>
    public async IAsyncEnumerable<PictureUpdate> ReadAsync()
    {
        while (await HasNewsAsync().ConfigureAwait(false))
        {
            while (Take() is { } update)
            {
                yield return update;
            }
        }
    }

    private async Task<bool> HasNewsAsync()
    {
        while (await _news.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (_news.Reader.TryRead(out _))
            {
                return true;
            }
        }

        return false;
    }

    private PictureUpdate? Take()
    {
        lock (_lock)
        {
            var first = _unread.First;
            if (first is not null)
            {
                _unread.RemoveFirst();
            }

            return first?.Value;
        }
    }
}
