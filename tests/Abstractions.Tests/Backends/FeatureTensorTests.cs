namespace CachePolicies.Abstractions.Tests.Backends;

public sealed class FeatureTensorTests
{
    [Fact]
    public void The_last_release_gives_the_memory_back()
    {
        var tensor = new Tensor();
        tensor.AddLease();
        tensor.Release();
        Assert.Equal(0, tensor.Returned);
        tensor.Release();
        Assert.Equal(1, tensor.Returned);
        Assert.Equal(0, tensor.Leases);
    }

    [Fact]
    public void A_tensor_that_nobody_holds_can_neither_be_released_nor_leased()
    {
        var tensor = new Tensor();
        tensor.Release();
        Assert.Throws<ObjectDisposedException>(tensor.Release);
        Assert.Throws<ObjectDisposedException>(() => tensor.AddLease());
        Assert.Equal(0, tensor.Leases);
        Assert.Equal(1, tensor.Returned);
        tensor.RentAgain();
        Assert.Equal(1, tensor.Leases);
        Assert.Throws<InvalidOperationException>(tensor.RentAgain);
    }

    private sealed class Tensor() : FeatureTensor(ElementType.Float16, new TensorShape(2, 3), 2)
    {
        public int Returned { get; private set; }

        public void RentAgain() => Revive();

        protected override void ReturnToPool() => Returned++;
    }
}
