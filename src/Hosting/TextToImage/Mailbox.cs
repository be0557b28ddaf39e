using System.Threading.Channels;

namespace CachePolicies.Hosting;

/// <summary>What a reader has not read yet of a writer that does not wait for it. One writer, one reader.</summary>
/// <typeparam name="T">The class of the updates.</typeparam>
/// <param name="merge">
/// Gets the last unread update, the next one, and how many are unread; returns what takes the place of the last one, or <see langword="null"/> where the next one
/// is added. What bounds the mailbox is that it merges beyond some number.
/// </param>
internal sealed class Mailbox<T>(Func<T, T, int, T?> merge)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly LinkedList<T> _unread = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Adds an update.</summary>
    public void Post(T update)
    {
        lock (_lock)
        {
            if (_unread.Last is { } last && merge(last.Value, update, _unread.Count) is { } merged)
            {
                last.Value = merged;
            }
            else
            {
                _unread.AddLast(update);
            }
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Nothing comes any more; the reader gets the failure, if there is one, after what came before it.</summary>
    public void Complete(Exception? failure = null) => _news.Writer.TryComplete(failure);

    /// <summary>The updates that there are and will be.</summary>
    public async IAsyncEnumerable<T> ReadAsync()
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

    private T? Take()
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
