namespace CachePolicies;

/// <summary>
/// A tensor in a backend's memory, held by leases. Whoever gets one from <see cref="IDenoiserBackend.Rent"/> owns one lease; each further
/// holder adds its own; the last release gives the memory back to the pool. Once it is written, nobody changes it: caches share it freely.
/// </summary>
/// <remarks>A tensor has no span: the memory may be a device's. Only the CPU backend's own type shows one.</remarks>
public abstract class FeatureTensor
{
    private int _leases = 1;

    /// <summary>Creates a tensor with one lease.</summary>
    protected FeatureTensor(ElementType elementType, TensorShape shape, int rows)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ElementType = elementType;
        Shape = shape;
        Rows = rows;
        ByteLength = checked(shape.ElementCount * rows * elementType.ByteSize());
    }

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>The shape of one row.</summary>
    public TensorShape Shape { get; }

    /// <summary>The batch axis: how many lanes' values lie one after the other. 1 for everything that a cache holds.</summary>
    public int Rows { get; }

    /// <summary>Bytes of all elements.</summary>
    public long ByteLength { get; }

    /// <summary>How many hold this tensor; 0 while it lies in the pool.</summary>
    public int Leases => Volatile.Read(ref _leases);

    /// <summary>Adds a lease for a further holder, who must release it.</summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more.</exception>
    public FeatureTensor AddLease()
    {
        if (Interlocked.Increment(ref _leases) <= 1)
        {
            Interlocked.Decrement(ref _leases);
            throw new ObjectDisposedException(nameof(FeatureTensor), "The tensor was given back to its pool.");
        }

        return this;
    }

    /// <summary>Gives up one lease; the last one gives the memory back.</summary>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more.</exception>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _leases);
        if (left < 0)
        {
            Interlocked.Increment(ref _leases);
            throw new ObjectDisposedException(nameof(FeatureTensor), "The tensor was released more often than it was leased.");
        }

        if (left == 0)
        {
            ReturnToPool();
        }
    }

    /// <summary>Gives the memory back; called once the last lease is gone.</summary>
    protected abstract void ReturnToPool();

    /// <summary>Makes a pooled tensor live again with one lease; for backends, when they rent it out again.</summary>
    /// <exception cref="InvalidOperationException">Somebody still holds the tensor.</exception>
    protected void Revive()
    {
        if (Interlocked.CompareExchange(ref _leases, 1, 0) != 0)
        {
            throw new InvalidOperationException("A tensor that is still leased cannot be rented out again.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType} {Rows} × {Shape}";
}
