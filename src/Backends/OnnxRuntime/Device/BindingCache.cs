using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Prebuilt bindings of one session, found by the tensors that they bind. A binding is taken out while it runs, so none runs twice at a
/// time. Bounded: the one that was not used for longest makes room. Thread-safe; finding one allocates nothing.
/// </summary>
internal sealed class BindingCache(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Binding?> _byHash = [];
    private int _idle;
    private long _clock;
    private bool _disposed;

    /// <summary>How many were built, for the tests of reuse.</summary>
    public int Built { get; private set; }

    /// <summary>Takes the binding of these tensors out, if there is an idle one.</summary>
    public bool TryTake(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs, [NotNullWhen(true)] out Binding? binding)
    {
        var hash = HashOf(inputs, outputs);
        lock (_gate)
        {
            ref var head = ref CollectionsMarshal.GetValueRefOrNullRef(_byHash, hash);
            Binding? before = null;
            if (!Unsafe.IsNullRef(ref head))
            {
                for (binding = head; binding is not null; before = binding, binding = binding.Next)
                {
                    if (binding.Binds(inputs, outputs))
                    {
                        if (before is null)
                        {
                            head = binding.Next;
                        }
                        else
                        {
                            before.Next = binding.Next;
                        }

                        binding.Next = null;
                        _idle--;
                        return true;
                    }
                }
            }
        }

        binding = null;
        return false;
    }

    /// <summary>Puts a binding back, or a new one in.</summary>
    public void Return(Binding binding, bool isNew)
    {
        lock (_gate)
        {
            if (isNew)
            {
                Built++;
            }

            if (_disposed || binding.IsStale)
            {
                binding.Dispose();
                return;
            }

            if (_idle >= capacity)
            {
                DropOldest();
            }

            binding.LastUse = ++_clock;
            ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, binding.Hash, out _);
            binding.Next = head;
            head = binding;
            _idle++;
        }
    }

    /// <summary>Drops every binding over a retired tensor.</summary>
    public void DropStale()
    {
        lock (_gate)
        {
            Drop(static b => b.IsStale);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Drop(static _ => true);
        }
    }

    public static ulong HashOf(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs)
    {
        const ulong prime = 0x9E3779B97F4A7C15;
        var hash = (ulong)inputs.Length;
        foreach (var tensor in inputs)
        {
            hash = ((hash ^ (uint)((OrtTensor)tensor).Id) * prime) ^ (hash >> 29);
        }

        foreach (var tensor in outputs)
        {
            hash = ((hash ^ (uint)((OrtTensor)tensor).Id) * prime) ^ (hash >> 31);
        }

        return hash;
    }

    private void DropOldest()
    {
        var oldest = long.MaxValue;
        foreach (var head in _byHash.Values)
        {
            for (var binding = head; binding is not null; binding = binding.Next)
            {
                oldest = Math.Min(oldest, binding.LastUse);
            }
        }

        Drop(b => b.LastUse == oldest);
    }

    private void Drop(Predicate<Binding> condition)
    {
        var keys = _byHash.Keys.ToArray();
        foreach (var key in keys)
        {
            Binding? kept = null;
            for (var binding = _byHash[key]; binding is not null;)
            {
                var next = binding.Next;
                if (condition(binding))
                {
                    binding.Dispose();
                    _idle--;
                }
                else
                {
                    binding.Next = kept;
                    kept = binding;
                }

                binding = next;
            }

            if (kept is null)
            {
                _byHash.Remove(key);
            }
            else
            {
                _byHash[key] = kept;
            }
        }
    }
}
