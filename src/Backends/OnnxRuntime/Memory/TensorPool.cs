using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Tensors that wait to be rented again. The one that was made first is rented first, so that a loop that does the same each time comes to
/// use the same tensors each time and finds its bindings prebuilt. Thread-safe.
/// </summary>
/// <param name="memory">Where tensors come from; owned, and disposed of with the last tensor.</param>
/// <param name="backend">The backend's name, for messages.</param>
/// <param name="limit">The most bytes that are kept, live and idle together.</param>
/// <param name="trimming">Called with retired tensors before their memory goes back to the device.</param>
internal sealed class TensorPool(ITensorMemory memory, string backend, long? limit, Action trimming) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TensorKey, PriorityQueue<OrtTensor, int>> _idle = [];
    private int _made;
    private int _live;
    private long _liveBytes;
    private long _idleBytes;
    private bool _disposed;

    public (int LiveTensors, long LiveBytes, long PooledBytes) Held
    {
        get
        {
            lock (_gate)
            {
                return (_live, _liveBytes, _idleBytes);
            }
        }
    }

    /// <inheritdoc cref="ITensorMemory.ReserveBytes"/>
    public long? ReserveBytes
    {
        get
        {
            lock (_gate)
            {
                return _disposed ? null : memory.ReserveBytes;
            }
        }
    }

    public OrtTensor Rent(in TensorKey key)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                throw Disposed.Backend(backend);
            }

            if (_idle.TryGetValue(key, out var idle) && idle.TryDequeue(out var tensor, out _))
            {
                tensor.Reopen();
                _idleBytes -= tensor.ByteLength;
            }
            else
            {
                tensor = Make(key);
            }

            _live++;
            _liveBytes += tensor.ByteLength;
            return tensor;
        }
    }

    public void Return(OrtTensor tensor)
    {
        lock (_gate)
        {
            _live--;
            _liveBytes -= tensor.ByteLength;
            if (_disposed)
            {
                tensor.Retire();
                memory.Free(tensor);
                DisposeMemoryIfUnused();
                return;
            }

            if (!_idle.TryGetValue(tensor.Key, out var idle))
            {
                _idle.Add(tensor.Key, idle = new PriorityQueue<OrtTensor, int>());
            }

            idle.Enqueue(tensor, tensor.Id);
            _idleBytes += tensor.ByteLength;
        }
    }

    /// <summary>Gives the memory of every idle tensor back to the device.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            FreeIdle();
        }
    }

    /// <summary>Frees what is idle; what is still leased is freed with its last lease.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                FreeIdle();
                _disposed = true;
                DisposeMemoryIfUnused();
            }
        }
    }

    private OrtTensor Make(in TensorKey key)
    {
        var bytes = key.ByteLength;
        if (limit is { } most && _liveBytes + _idleBytes + bytes > most)
        {
            FreeIdle();
            if (_liveBytes + bytes > most)
            {
                throw new BackendFailedException(
                    backend, $"{Describe(key)} would exceed the memory limit of {most:N0} bytes, of which {_liveBytes:N0} are in use", isOutOfMemory: true);
            }
        }

        try
        {
            return memory.Create(this, ++_made, key);
        }
        catch (Exception failure) when (_idleBytes > 0 && IsOutOfMemory(failure))
        {
            FreeIdle();
        }
        catch (Exception failure) when (IsOutOfMemory(failure))
        {
            throw OutOfMemory(key, failure);
        }

        try
        {
            return memory.Create(this, ++_made, key);
        }
        catch (Exception failure) when (IsOutOfMemory(failure))
        {
            throw OutOfMemory(key, failure);
        }
    }

    private static bool IsOutOfMemory(Exception failure) => failure is OnnxRuntimeException or OutOfMemoryException;

    private static string Describe(in TensorKey key) => $"a tensor of {key.ByteLength:N0} bytes ({key.ElementType.ToName()} {key.Rows} × {key.Shape})";

    private BackendFailedException OutOfMemory(in TensorKey key, Exception failure) =>
        new(backend, $"the device has no memory for {Describe(key)} beside the {_liveBytes:N0} bytes that are in use", failure);

    private void FreeIdle()
    {
        var retired = new List<OrtTensor>();
        foreach (var idle in _idle.Values)
        {
            while (idle.TryDequeue(out var tensor, out _))
            {
                tensor.Retire();
                retired.Add(tensor);
            }
        }

        _idle.Clear();
        _idleBytes = 0;
        if (retired.Count > 0)
        {
            trimming();
            retired.ForEach(memory.Free);
        }
    }

    private void DisposeMemoryIfUnused()
    {
        if (_live == 0)
        {
            memory.Dispose();
        }
    }
}
