namespace CachePolicies.Backends.Cpu;

/// <summary>What a stage of managed code does: reads the inputs, writes every output.</summary>
/// <param name="inputs">In the order of <see cref="StageDescriptor.Reads"/>.</param>
/// <param name="outputs">In the order of the tensors at the boundary that the stage produces; their content is undefined before.</param>
/// <param name="rows">The batch axis of all of them.</param>
public delegate void CpuStageBody(CpuTensors inputs, CpuTensors outputs, int rows);

/// <summary>A stage as managed code over <see cref="CpuTensor"/>s.</summary>
public sealed class CpuStage : IDenoiserStage
{
    private readonly CpuStageBody _body;

    /// <summary>Creates a stage.</summary>
    /// <param name="name">The name that the layout gives it.</param>
    /// <param name="body">What it does. Thread-safe: generations share the stage.</param>
    public CpuStage(string name, CpuStageBody body)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(body);
        (Name, _body) = (name, body);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public void Run(in StageInvocation invocation) =>
        _body(new CpuTensors(invocation.Inputs), new CpuTensors(invocation.Outputs), invocation.Rows);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The tensors of a stage's run, borrowed for the run.</summary>
/// <param name="tensors">Tensors of the CPU backend.</param>
public readonly ref struct CpuTensors(ReadOnlySpan<FeatureTensor> tensors)
{
    private readonly ReadOnlySpan<FeatureTensor> _tensors = tensors;

    /// <summary>How many there are.</summary>
    public int Count => _tensors.Length;

    /// <summary>The tensor at a position.</summary>
    /// <exception cref="ArgumentException">The tensor lies in another backend's memory.</exception>
    public CpuTensor this[int index] => _tensors[index] as CpuTensor
        ?? throw new ArgumentException($"The tensor {_tensors[index]} is a {_tensors[index].GetType().Name}; a stage of managed code runs on tensors of the CPU backend.");
}
