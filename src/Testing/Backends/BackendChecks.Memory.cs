namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    private static readonly TensorShape Tokens = new(6, 10);

    /// <summary>A rented tensor is what was asked for and has one lease.</summary>
    public void RentGivesWhatWasAskedFor()
    {
        foreach (var type in options.FloatingPointTypes.Append(ElementType.Int64))
        {
            var tensor = Backend.Rent(type, Tokens, 3);
            Expect.Equal((type, Tokens, 3, 1), (tensor.ElementType, tensor.Shape, tensor.Rows, tensor.Leases));
            Expect.Equal(6 * 10 * 3 * type.ByteSize(), tensor.ByteLength);
            tensor.Release();
            Expect.Equal(0, tensor.Leases);
        }
    }

    /// <summary>The ledger counts tensors and bytes that are out.</summary>
    public void LedgerCounts()
    {
        var before = Backend.Statistics;
        var first = Backend.Rent(ElementType.Float32, Tokens);
        var second = Backend.Rent(ElementType.Float16, Tokens, 2);
        var out2 = Backend.Statistics;
        Expect.Equal(before.LiveTensors + 2, out2.LiveTensors);
        Expect.Equal(before.LiveBytes + 240 + 240, out2.LiveBytes);

        first.Release();
        second.Release();
        Expect.Equal(before.LiveTensors, Backend.Statistics.LiveTensors);
        Expect.Equal(before.LiveBytes, Backend.Statistics.LiveBytes);
    }

    /// <summary>Memory that was given back is rented again.</summary>
    public void MemoryIsRentedAgain()
    {
        var shape = new TensorShape(5, 77);
        Backend.Rent(ElementType.Float32, shape).Release();
        var pooled = Backend.Statistics.PooledBytes;
        Expect.True(pooled >= 5 * 77 * 4, $"{pooled} bytes are pooled.");
        for (var i = 0; i < 20; i++)
        {
            Backend.Rent(ElementType.Float32, shape).Release();
        }

        Expect.Equal(pooled, Backend.Statistics.PooledBytes);
    }

    /// <summary>Tensors that are out never share memory.</summary>
    public void MemoryIsNotShared()
    {
        FeatureTensor[] tensors = [.. Enumerable.Range(0, 8).Select(i => Backend.Tensor(ElementType.Float32, Tokens, Numbers(i, 60)))];
        for (var i = 0; i < tensors.Length; i++)
        {
            Expect.Sequence(Numbers(i, 60), Backend.ToArray(tensors[i]));
        }

        Array.ForEach(tensors, t => t.Release());
    }

    /// <summary>A tensor stays as it is until its last lease is released.</summary>
    public void LastLeaseCounts()
    {
        var tensor = Backend.Tensor(ElementType.Float32, Tokens, Numbers(1, 60));
        Expect.Same(tensor, tensor.AddLease());
        tensor.Release();
        var other = Backend.Tensor(ElementType.Float32, Tokens, Numbers(2, 60));
        Expect.Sequence(Numbers(1, 60), Backend.ToArray(tensor));
        tensor.Release();
        other.Release();
    }

    /// <summary>A tensor that nobody holds is refused.</summary>
    public void ReleasedTensorsAreRefused()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens);
        tensor.Release();
        Expect.Throws<ObjectDisposedException>(tensor.Release);
        Expect.Throws<ObjectDisposedException>(() => tensor.AddLease());
        Expect.Throws<ObjectDisposedException>(() => Backend.Upload(new float[60], tensor));
        Expect.Throws<ObjectDisposedException>(() => Backend.Download(tensor, new float[60]));
        Expect.Equal(0, tensor.Leases);
    }

    /// <summary>A shape with a free axis is refused by name.</summary>
    public void FreeAxesAreRefused()
    {
        var error = Expect.ThrowsAny<Exception>(() => Backend.Rent(ElementType.Float32, new TensorShape("tokens", 8)));
        Expect.Names(error, "tokens");
        Expect.Throws<ArgumentOutOfRangeException>(() => Backend.Rent(ElementType.Float32, Tokens, 0));
    }

    /// <summary>Memory that cannot be had is refused and nothing is counted.</summary>
    public void ExhaustionIsRefused()
    {
        var before = Backend.Statistics;
        var error = Expect.ThrowsAny<InvalidOperationException>(() => Backend.Rent(ElementType.Float32, new TensorShape(1 << 22, 1 << 20)));
        Expect.Names(error, "4194304");
        Expect.Equal((before.LiveTensors, before.LiveBytes), (Backend.Statistics.LiveTensors, Backend.Statistics.LiveBytes));
        Backend.Rent(ElementType.Float32, Tokens).Release();
    }

    /// <summary>Nothing is rented from a backend that was disposed of.</summary>
    public void DisposedBackendsAreRefused()
    {
        if (options.Create?.Invoke() is { } other)
        {
            other.Rent(ElementType.Float32, Tokens).Release();
            other.Dispose();
            other.Dispose();
            Expect.Throws<ObjectDisposedException>(() => other.Rent(ElementType.Float32, Tokens));
        }
    }
}
