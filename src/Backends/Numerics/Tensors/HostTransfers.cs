namespace CachePolicies.Backends.Numerics;

/// <summary>Copies between the host's own spans and tensors in host memory, and between rows and batches of them. Thread-safe, allocation-free.</summary>
public static unsafe class HostTransfers
{
    /// <summary>Copies numbers into a tensor, rounding to nearest even where its type is narrower; too large ones become infinite.</summary>
    /// <exception cref="ArgumentException">The lengths differ, the tensor holds integers, or it does not lie in host memory.</exception>
    public static void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        RequireFloatingPoint(destination, nameof(destination));
        ElementConversion.FromSingle(source, AddressOf(destination, source.Length, nameof(destination)), destination.ElementType);
        GC.KeepAlive(destination);
    }

    /// <summary>Copies integers into a tensor.</summary>
    /// <exception cref="ArgumentException">The lengths differ, the tensor does not hold integers, or it does not lie in host memory.</exception>
    public static void Upload(ReadOnlySpan<long> source, FeatureTensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination.ElementType != ElementType.Int64)
        {
            throw new ArgumentException($"The tensor {destination} holds no integers; upload float32 numbers to it.", nameof(destination));
        }

        source.CopyTo(new Span<long>((void*)AddressOf(destination, source.Length, nameof(destination)), source.Length));
        GC.KeepAlive(destination);
    }

    /// <summary>Copies a tensor's numbers out, widened to float32.</summary>
    /// <exception cref="ArgumentException">The lengths differ, the tensor holds integers, or it does not lie in host memory.</exception>
    public static void Download(FeatureTensor source, Span<float> destination)
    {
        RequireFloatingPoint(source, nameof(source));
        ElementConversion.ToSingle(AddressOf(source, destination.Length, nameof(source)), source.ElementType, destination);
        GC.KeepAlive(source);
    }

    /// <summary>Lays single rows one after the other into a batch.</summary>
    /// <exception cref="ArgumentException">The batch has not as many rows as there are tensors, or a type or shape differs.</exception>
    public static void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch)
    {
        var target = CheckBatch(batch, rows);
        foreach (var row in rows)
        {
            Copy(AddressOf(row, nameof(rows)), target, row.ByteLength);
            target += (nint)row.ByteLength;
            GC.KeepAlive(row);
        }

        GC.KeepAlive(batch);
    }

    /// <summary>Takes a batch apart into single rows.</summary>
    /// <exception cref="ArgumentException">The batch has not as many rows as there are tensors, or a type or shape differs.</exception>
    public static void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        var source = CheckBatch(batch, rows);
        foreach (var row in rows)
        {
            Copy(source, AddressOf(row, nameof(rows)), row.ByteLength);
            source += (nint)row.ByteLength;
            GC.KeepAlive(row);
        }

        GC.KeepAlive(batch);
    }

    /// <summary>The address of a tensor in host memory that somebody holds.</summary>
    internal static nint AddressOf(FeatureTensor tensor, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor, parameter);
        ObjectDisposedException.ThrowIf(tensor.Leases == 0, tensor);
        return tensor is IHostTensor host
            ? host.Address
            : throw new ArgumentException($"The tensor {tensor} is a {tensor.GetType().Name}, which does not lie in this backend's memory.", parameter);
    }

    private static nint AddressOf(FeatureTensor tensor, int length, string parameter)
    {
        var address = AddressOf(tensor, parameter);
        return tensor.Shape.ElementCount * tensor.Rows == length
            ? address
            : throw new ArgumentException($"The tensor {tensor} has {tensor.Shape.ElementCount * tensor.Rows} elements, and the span {length}.", parameter);
    }

    private static void RequireFloatingPoint(FeatureTensor tensor, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor, parameter);
        if (!tensor.ElementType.IsFloatingPoint())
        {
            throw new ArgumentException($"The tensor {tensor} holds integers, which are not converted to or from float32.", parameter);
        }
    }

    private static nint CheckBatch(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        var address = AddressOf(batch, nameof(batch));
        if (batch.Rows != rows.Length)
        {
            throw new ArgumentException($"The batch {batch} has {batch.Rows} rows, and there are {rows.Length} single tensors.", nameof(rows));
        }

        foreach (var row in rows)
        {
            ArgumentNullException.ThrowIfNull(row, nameof(rows));
            if (row.Rows != 1 || row.ElementType != batch.ElementType || !row.Shape.Equals(batch.Shape))
            {
                throw new ArgumentException($"The tensor {row} is not one row of the batch {batch}.", nameof(rows));
            }
        }

        return address;
    }

    private static void Copy(nint source, nint destination, long bytes) => Buffer.MemoryCopy((void*)source, (void*)destination, bytes, bytes);
}
