namespace CachePolicies.Diffusers;

/// <summary>What identifies an encoded text: the encoder, the exact text, the length and the outputs.</summary>
internal sealed record EncodedTextKey(string Encoder, string Text, int Length, string Outputs);

/// <summary>Encoded texts, the least recently used forgotten first, bounded in bytes. Thread-safe.</summary>
internal sealed class EncodedTextCache(long maximumBytes)
{
    private readonly Dictionary<EncodedTextKey, LinkedListNode<(EncodedTextKey Key, EncodedState[] States, long Bytes)>> _entries = [];
    private readonly LinkedList<(EncodedTextKey Key, EncodedState[] States, long Bytes)> _recent = new();
    private readonly Lock _lock = new();

    /// <summary>Bytes of texts and states that are kept.</summary>
    public long Bytes { get; private set; }

    public EncodedState[]? Find(EncodedTextKey key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value.States;
        }
    }

    /// <summary>Keeps states where they are not larger than the whole cache.</summary>
    /// <returns>The states.</returns>
    public EncodedState[] Add(EncodedTextKey key, EncodedState[] states)
    {
        var bytes = (sizeof(char) * (long)key.Text.Length) + states.Sum(s => sizeof(float) * (long)s.Numbers.Length);
        lock (_lock)
        {
            if (bytes > maximumBytes || _entries.ContainsKey(key))
            {
                return states;
            }

            while (Bytes + bytes > maximumBytes)
            {
                var oldest = _recent.Last!;
                _recent.RemoveLast();
                _entries.Remove(oldest.Value.Key);
                Bytes -= oldest.Value.Bytes;
            }

            _entries[key] = _recent.AddFirst((key, states, bytes));
            Bytes += bytes;
            return states;
        }
    }
}
