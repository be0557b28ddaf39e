namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Counts the uses of something native: it is freed when its owner has closed it and the last use has ended, whichever comes last, and exactly once.
/// Thread-safe; begins and ends a use without allocating.
/// </summary>
/// <param name="free">Frees it; runs on the thread that ends the last use.</param>
internal sealed class UseCount(Action free) : IDisposable
{
    private const int Closed = 1 << 30;

    private readonly ManualResetEventSlim _freed = new();
    private int _state;

    /// <summary>Whether no further use can begin.</summary>
    public bool IsClosed => (Volatile.Read(ref _state) & Closed) != 0;

    /// <summary>Begins a use; <see langword="false"/> where it was closed.</summary>
    public bool TryBegin()
    {
        for (var state = Volatile.Read(ref _state); (state & Closed) == 0;)
        {
            var seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    /// <summary>Ends a use.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            Free();
        }
    }

    /// <summary>Lets no further use begin. Can be called again.</summary>
    /// <returns>Whether this call closed it.</returns>
    public bool Close()
    {
        var before = Interlocked.Or(ref _state, Closed);
        if (before == 0)
        {
            Free();
        }

        return (before & Closed) == 0;
    }

    /// <summary>Waits until it was freed, but not longer than a time.</summary>
    public bool Wait(TimeSpan longest) => _freed.Wait(longest);

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    private void Free()
    {
        free();
        _freed.Set();
    }
}
