using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Tensors bound to the inputs and outputs of a session. Used by one thread at a time.</summary>
internal sealed class Binding : IDisposable
{
    private readonly FeatureTensor[] _inputs;
    private readonly FeatureTensor[] _outputs;

    public Binding(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs, OrtIoBinding io, RunOptions run, HostScalars? scalars)
    {
        _inputs = inputs.ToArray();
        _outputs = outputs.ToArray();
        Io = io;
        Run = run;
        Scalars = scalars;
        Hash = BindingCache.HashOf(inputs, outputs);
    }

    public OrtIoBinding Io { get; }

    /// <summary>The options that the binding runs with, with the flag that ends the run; owned.</summary>
    public RunOptions Run { get; }

    /// <summary>The run-time numbers that go in and the one that comes out, in host memory of the binding's own.</summary>
    public HostScalars? Scalars { get; }

    public ulong Hash { get; }

    public Binding? Next { get; set; }

    public long LastUse { get; set; }

    public bool IsStale => HasRetired(_inputs) || HasRetired(_outputs);

    public bool Binds(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs) => Same(_inputs, inputs) && Same(_outputs, outputs);

    public void Dispose()
    {
        Io.Dispose();
        Scalars?.Dispose();
        Run.Dispose();
    }

    private static bool HasRetired(FeatureTensor[] tensors)
    {
        foreach (var tensor in tensors)
        {
            if (((OrtTensor)tensor).IsRetired)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(FeatureTensor[] bound, ReadOnlySpan<FeatureTensor> asked)
    {
        if (bound.Length != asked.Length)
        {
            return false;
        }

        for (var i = 0; i < bound.Length; i++)
        {
            if (!ReferenceEquals(bound[i], asked[i]))
            {
                return false;
            }
        }

        return true;
    }
}
