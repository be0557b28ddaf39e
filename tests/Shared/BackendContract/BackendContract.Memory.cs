using Xunit;

namespace CachePolicies.TestSupport;

public abstract partial class BackendContract
{
    private static readonly TensorShape Tokens = new(6, 10);

    [Fact]
    public void A_rented_tensor_is_what_was_asked_for_and_has_one_lease()
    {
        foreach (var type in FloatingPointTypes.Append(ElementType.Int64))
        {
            var tensor = Backend.Rent(type, Tokens, 3);
            Assert.Equal((type, Tokens, 3, 1), (tensor.ElementType, tensor.Shape, tensor.Rows, tensor.Leases));
            Assert.Equal(6 * 10 * 3 * type.ByteSize(), tensor.ByteLength);
            tensor.Release();
            Assert.Equal(0, tensor.Leases);
        }
    }

    [Fact]
    public void The_ledger_counts_tensors_and_bytes_that_are_out()
    {
        var before = Backend.Statistics;
        var first = Backend.Rent(ElementType.Float32, Tokens);
        var second = Backend.Rent(ElementType.Float16, Tokens, 2);
        var out2 = Backend.Statistics;
        Assert.Equal(before.LiveTensors + 2, out2.LiveTensors);
        Assert.Equal(before.LiveBytes + 240 + 240, out2.LiveBytes);

        first.Release();
        second.Release();
        Assert.Equal(before.LiveTensors, Backend.Statistics.LiveTensors);
        Assert.Equal(before.LiveBytes, Backend.Statistics.LiveBytes);
    }

    [Fact]
    public void Memory_that_was_given_back_is_rented_again()
    {
        var shape = new TensorShape(5, 77);
        Backend.Rent(ElementType.Float32, shape).Release();
        var pooled = Backend.Statistics.PooledBytes;
        Assert.True(pooled >= 5 * 77 * 4, $"{pooled} bytes are pooled.");
        for (var i = 0; i < 20; i++)
        {
            Backend.Rent(ElementType.Float32, shape).Release();
        }

        Assert.Equal(pooled, Backend.Statistics.PooledBytes);
    }

    [Fact]
    public void Tensors_that_are_out_never_share_memory()
    {
        FeatureTensor[] tensors = [.. Enumerable.Range(0, 8).Select(i => Backend.Tensor(ElementType.Float32, Tokens, Numbers(i, 60)))];
        for (var i = 0; i < tensors.Length; i++)
        {
            Assert.Equal(Numbers(i, 60), Backend.ToArray(tensors[i]));
        }

        Array.ForEach(tensors, t => t.Release());
    }

    [Fact]
    public void A_tensor_stays_as_it_is_until_its_last_lease_is_released()
    {
        var tensor = Backend.Tensor(ElementType.Float32, Tokens, Numbers(1, 60));
        Assert.Same(tensor, tensor.AddLease());
        tensor.Release();
        var other = Backend.Tensor(ElementType.Float32, Tokens, Numbers(2, 60));
        Assert.Equal(Numbers(1, 60), Backend.ToArray(tensor));
        tensor.Release();
        other.Release();
    }

    [Fact]
    public void A_tensor_that_nobody_holds_is_refused()
    {
        var tensor = Backend.Rent(ElementType.Float32, Tokens);
        tensor.Release();
        Assert.Throws<ObjectDisposedException>(tensor.Release);
        Assert.Throws<ObjectDisposedException>(tensor.AddLease);
        Assert.Throws<ObjectDisposedException>(() => Backend.Upload(new float[60], tensor));
        Assert.Throws<ObjectDisposedException>(() => Backend.Download(tensor, new float[60]));
        Assert.Equal(0, tensor.Leases);
    }

    [Fact]
    public void A_shape_with_a_free_axis_is_refused_by_name()
    {
        var error = Assert.ThrowsAny<Exception>(() => Backend.Rent(ElementType.Float32, new TensorShape("tokens", 8)));
        Assert.Contains("tokens", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.Rent(ElementType.Float32, Tokens, 0));
    }

    [Fact]
    public void Memory_that_cannot_be_had_is_refused_and_nothing_is_counted()
    {
        var before = Backend.Statistics;
        var error = Assert.ThrowsAny<InvalidOperationException>(() => Backend.Rent(ElementType.Float32, new TensorShape(1 << 22, 1 << 20)));
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
        Assert.Equal((before.LiveTensors, before.LiveBytes), (Backend.Statistics.LiveTensors, Backend.Statistics.LiveBytes));
        Backend.Rent(ElementType.Float32, Tokens).Release();
    }

    [Fact]
    public void Nothing_is_rented_from_a_backend_that_was_disposed_of()
    {
        var backend = CreateBackend();
        backend.Rent(ElementType.Float32, Tokens).Release();
        backend.Dispose();
        backend.Dispose();
        Assert.Throws<ObjectDisposedException>(() => backend.Rent(ElementType.Float32, Tokens));
    }
}
