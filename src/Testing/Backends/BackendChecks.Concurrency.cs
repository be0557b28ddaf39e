namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>Threads share a backend without noticing each other.</summary>
    public void ThreadsDoNotDisturb()
    {
        const int Threads = 8, Rounds = 12;
        var expected = Enumerable.Range(0, Threads).Select(Work).ToArray();
        var actual = Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => Enumerable.Range(0, Rounds).Select(_ => Work(thread)).ToArray()))).GetAwaiter().GetResult();
        for (var thread = 0; thread < Threads; thread++)
        {
            Expect.All(actual[thread], result => Expect.Sequence(expected[thread], result));
        }
    }

    // Rents, uploads, runs two kernels, downloads: different numbers and shapes for different threads.
    private float[] Work(int thread)
    {
        var shape = new TensorShape(16 + (thread % 3), 150);
        var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
        var type = new TensorType(ElementType.Float32, shape);
        var distance = SimilarityEstimator.PooledRelativeL1(4).Distance(a, b, shape);
        float[][] inputs = [Numbers(thread, shape.ElementCount), Numbers(thread + 1, shape.ElementCount)];
        var sum = Backend.Run(new KernelSignature([type, type], 0, [a + b]), inputs)[0];
        return [Backend.Measure(distance, shape, inputs), .. sum];
    }

    /// <summary>The last of many holders gives a tensor back.</summary>
    public void LastHolderGivesBack()
    {
        var before = Backend.Statistics.LiveTensors;
        var tensor = Backend.Tensor(ElementType.Float32, Tokens, Numbers(1, 60));
        Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                tensor.AddLease();
                tensor.Release();
            }
        }))).GetAwaiter().GetResult();
        Expect.Equal((1, before + 1), (tensor.Leases, Backend.Statistics.LiveTensors));
        tensor.Release();
        Expect.Equal(before, Backend.Statistics.LiveTensors);
    }
}
