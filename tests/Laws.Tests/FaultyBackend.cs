namespace CachePolicies.Laws.Tests;

/// <summary>A way in which a backend can be wrong.</summary>
public enum BackendFault
{
    /// <summary>None.</summary>
    None,

    /// <summary>Every upload holds a lease for good.</summary>
    LosesLeases,

    /// <summary>Uploads are not counted.</summary>
    HidesUploads,

    /// <summary>Rows come into a batch in the wrong order.</summary>
    TurnsBatches,

    /// <summary>Measured numbers are a little too large.</summary>
    MeasuresTooMuch,

    /// <summary>A measurement that is not a number is 0.</summary>
    ForgetsNaN,

    /// <summary>Any tensor will do as an input.</summary>
    TakesAnyTensor,
}

/// <summary>Wraps a correct backend and adds a fault.</summary>
internal sealed class FaultyBackend(IDenoiserBackend inner, BackendFault fault) : IDenoiserBackend
{
    private long _uploads;

    public string Name => "faulty";

    public BackendStatistics Statistics => inner.Statistics with { Uploads = inner.Statistics.Uploads - (fault == BackendFault.HidesUploads ? _uploads : 0) };

    public FeatureTensor Rent(ElementType elementType, TensorShape shape, int rows = 1) => inner.Rent(elementType, shape, rows);

    public IExpressionKernel Compile(KernelSignature signature)
    {
        var kernel = inner.Compile(signature);
        return fault is BackendFault.MeasuresTooMuch or BackendFault.ForgetsNaN or BackendFault.TakesAnyTensor ? new Kernel(kernel, fault) : kernel;
    }

    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        inner.Upload(source, destination);
        _uploads++;
        if (fault == BackendFault.LosesLeases)
        {
            destination.AddLease();
        }
    }

    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination) => inner.Upload(source, destination);

    public void Download(FeatureTensor source, Span<float> destination) => inner.Download(source, destination);

    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch)
    {
        var ordered = rows.ToArray();
        if (fault == BackendFault.TurnsBatches)
        {
            Array.Reverse(ordered);
        }

        inner.Gather(ordered, batch);
    }

    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows) => inner.Scatter(batch, rows);

    public void Dispose() => inner.Dispose();

    private sealed class Kernel(IExpressionKernel right, BackendFault fault) : IExpressionKernel
    {
        public KernelSignature Signature => right.Signature;

        public void Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs) => right.Run(inputs, scalars, outputs);

        public float Measure(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars)
        {
            if (fault == BackendFault.TakesAnyTensor && inputs[0] is not Backends.Cpu.CpuTensor)
            {
                return 0;
            }

            var measured = right.Measure(inputs, scalars);
            return fault == BackendFault.MeasuresTooMuch ? measured * 1.001f : fault == BackendFault.ForgetsNaN && float.IsNaN(measured) ? 0 : measured;
        }
    }
}
