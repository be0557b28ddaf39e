namespace CachePolicies;

/// <summary>A run of layers between two neighbouring boundaries. Thread-safe: generations share it.</summary>
public interface IDenoiserStage
{
    /// <summary>The name that the layout gives it.</summary>
    string Name { get; }

    /// <summary>Runs the layers: reads the inputs, writes every output, keeps neither. An output never aliases an input.</summary>
    void Run(in StageInvocation invocation);
}

/// <summary>What one run of a stage reads and writes.</summary>
/// <param name="inputs">In the order of <see cref="StageDescriptor.Reads"/>.</param>
/// <param name="outputs">In the order of the tensors at the boundary that the stage produces.</param>
/// <param name="rows">The batch axis of all of them.</param>
/// <param name="cancellationToken">Ends the run.</param>
public readonly ref struct StageInvocation(
    ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<FeatureTensor> outputs, int rows, CancellationToken cancellationToken = default)
{
    /// <summary>In the order of <see cref="StageDescriptor.Reads"/>. Borrowed for the run.</summary>
    public ReadOnlySpan<FeatureTensor> Inputs { get; } = inputs;

    /// <summary>In the order of the tensors at the boundary that the stage produces; their content is undefined before. Borrowed for the run.</summary>
    public ReadOnlySpan<FeatureTensor> Outputs { get; } = outputs;

    /// <summary>The batch axis of all inputs and outputs.</summary>
    public int Rows { get; } = rows;

    /// <summary>Ends the run: a stage that takes long looks at it and throws an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
