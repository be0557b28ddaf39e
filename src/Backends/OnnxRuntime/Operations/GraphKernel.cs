namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Expressions as operation graphs on the device; one graph writes to tensors, one brings a measurement to the host.</summary>
internal sealed class GraphKernel(KernelSignature signature, Func<bool, BoundSession> open) : IExpressionKernel
{
    private readonly BoundSession _session = open(signature.IsMeasurement);
    private readonly Lazy<BoundSession>? _toTensor = signature.IsMeasurement ? new Lazy<BoundSession>(() => open(false)) : null;

    public KernelSignature Signature { get; } = signature;

    public void Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs)
    {
        CheckInputs(inputs, scalars);
        if (outputs.Length != Signature.Outputs.Length)
        {
            throw new ArgumentException($"The kernel writes {Signature.Outputs.Length} tensors; given were {outputs.Length}.", nameof(outputs));
        }

        for (var i = 0; i < outputs.Length; i++)
        {
            var shape = Signature.OutputShapes[i];
            Check(outputs[i], "output", i, shape.Rank == 0 ? ElementType.Float32 : Signature.OutputType, shape);
        }

        (_toTensor?.Value ?? _session).Run(inputs, scalars, outputs);
    }

    public float Measure(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars)
    {
        if (!Signature.IsMeasurement)
        {
            throw new InvalidOperationException($"The kernel is not a measurement: it computes {string.Join(", ", Signature.OutputShapes)}.");
        }

        CheckInputs(inputs, scalars);
        return (float)_session.Run(inputs, scalars, []);
    }

    private void CheckInputs(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars)
    {
        if (inputs.Length != Signature.Inputs.Length || scalars.Length != Signature.Scalars)
        {
            throw new ArgumentException(
                $"The kernel reads {Signature.Inputs.Length} tensors and {Signature.Scalars} numbers; given were {inputs.Length} and {scalars.Length}.");
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            Check(inputs[i], "input", i, Signature.Inputs[i].ElementType, Signature.Inputs[i].Shape);
        }
    }

    private static void Check(FeatureTensor tensor, string what, int index, ElementType type, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Rows != 1 || tensor.ElementType != type || !tensor.Shape.Equals(shape))
        {
            throw new ArgumentException($"The {what} {index} of the kernel is {type} 1 × {shape}; given was {tensor}.");
        }
    }
}
