namespace CachePolicies.Backends.Cpu;

/// <summary>
/// Tensors that wait to be rented again, and the ledger of those that are out. Thread-safe. Renting what was returned before allocates nothing.
/// </summary>
internal sealed class CpuTensorPool(long maximumPooledBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Shelf> _shelves = [];
    private int _liveTensors;
    private long _liveBytes;
    private long _pooledBytes;
    private bool _closed;

    public (int LiveTensors, long LiveBytes, long PooledBytes) Ledger
    {
        get
        {
            lock (_lock)
            {
                return (_liveTensors, _liveBytes, _pooledBytes);
            }
        }
    }

    public CpuTensor Rent(ElementType elementType, TensorShape shape, int rows)
    {
        Shelf? shelf;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(CpuBackend));
            var key = new Key(elementType, shape, rows);
            if (!_shelves.TryGetValue(key, out shelf))
            {
                shelf = new Shelf(this, elementType, shape, rows);
                _shelves.Add(key, shelf);
            }

            if (shelf.Idle.TryPop(out var pooled))
            {
                pooled.RentOut();
                _pooledBytes -= pooled.ByteLength;
                CountOut(pooled);
                return pooled;
            }
        }

        var tensor = Create(shelf);
        lock (_lock)
        {
            CountOut(tensor);
        }

        return tensor;
    }

    /// <summary>Forgets the pooled tensors; those that are out go to the garbage collector when they are returned.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _shelves.Clear();
            _pooledBytes = 0;
        }
    }

    private static CpuTensor Create(Shelf shelf)
    {
        try
        {
            return new CpuTensor(shelf);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OverflowException)
        {
            throw new InvalidOperationException(
                $"There is no memory for a tensor of {shelf.ElementType} {shelf.Rows} × {shelf.Shape}; use a smaller batch or size, or a policy that keeps less.", exception);
        }
    }

    private void CountOut(CpuTensor tensor)
    {
        _liveTensors++;
        _liveBytes += tensor.ByteLength;
    }

    private void Return(CpuTensor tensor, Shelf shelf)
    {
        lock (_lock)
        {
            _liveTensors--;
            _liveBytes -= tensor.ByteLength;
            if (!_closed && _pooledBytes + tensor.ByteLength <= maximumPooledBytes)
            {
                shelf.Idle.Push(tensor);
                _pooledBytes += tensor.ByteLength;
            }
        }
    }

    /// <summary>The tensors of one type, shape and number of rows.</summary>
    internal sealed class Shelf(CpuTensorPool pool, ElementType elementType, TensorShape shape, int rows)
    {
        public ElementType ElementType => elementType;

        public TensorShape Shape => shape;

        public int Rows => rows;

        public Stack<CpuTensor> Idle { get; } = new();

        public void Return(CpuTensor tensor) => pool.Return(tensor, this);
    }

    private readonly record struct Key(ElementType ElementType, TensorShape Shape, int Rows);
}
