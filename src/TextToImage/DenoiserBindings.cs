namespace CachePolicies.TextToImage;

/// <summary>
/// A denoiser with sizes for its free axes: the same object for the same sizes, so that whatever was compiled for it is found again. The last few are
/// kept. Thread-safe.
/// </summary>
/// <param name="denoiser">The denoiser with free axes, or without.</param>
public sealed class DenoiserBindings(StagedDenoiser denoiser)
{
    private const int Kept = 8;

    private readonly LinkedList<(string Key, StagedDenoiser Bound)> _recent = new();
    private readonly Lock _lock = new();

    /// <summary>The denoiser with these sizes.</summary>
    /// <exception cref="InvalidLayoutException">A free axis gets no size, or one below 1.</exception>
    public StagedDenoiser For(params ReadOnlySpan<IReadOnlyDictionary<string, int>> sizes)
    {
        if (denoiser.Layout.IsConcrete)
        {
            return denoiser;
        }

        var all = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var some in sizes)
        {
            foreach (var (axis, size) in some)
            {
                all[axis] = size;
            }
        }

        var key = string.Join(';', all.Select(a => $"{a.Key}={a.Value}"));
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Bound;
                }
            }

            var bound = denoiser.Bind(all);
            _recent.AddFirst((key, bound));
            if (_recent.Count > Kept)
            {
                _recent.RemoveLast();
            }

            return bound;
        }
    }
}
