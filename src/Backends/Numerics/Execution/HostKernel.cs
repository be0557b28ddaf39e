using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Execution;

/// <summary>A compiled kernel over tensors in host memory: checks its operands, then runs its plan.</summary>
internal sealed unsafe class HostKernel(KernelSignature signature, KernelPlan plan, WorkspacePool workspaces) : IExpressionKernel
{
    private readonly long _workspaceBytes = KernelRun.WorkspaceBytes(plan);

    public KernelSignature Signature => signature;

    /// <summary>What the kernel does, block by block.</summary>
    public override string ToString() => KernelListing.Of(signature, plan);

    public void Run(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs)
    {
        Check(inputs, scalars);
        Check(outputs, inputs);
        Execute(inputs, scalars, outputs);
    }

    public float Measure(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars)
    {
        if (!signature.IsMeasurement)
        {
            throw new InvalidOperationException(
                $"The kernel has the outputs {string.Join(", ", signature.OutputShapes)}; only a kernel with one output of shape [] can be measured.");
        }

        Check(inputs, scalars);
        return Execute(inputs, scalars, []);
    }

    private float Execute(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars, ReadOnlySpan<FeatureTensor> outputs)
    {
        var workspace = workspaces.Rent();
        try
        {
            var run = new KernelRun(plan, workspace.Reserve(_workspaceBytes));
            var result = run.Run(signature, inputs, scalars, outputs);
            foreach (var tensor in inputs)
            {
                GC.KeepAlive(tensor);
            }

            foreach (var tensor in outputs)
            {
                GC.KeepAlive(tensor);
            }

            return result;
        }
        finally
        {
            workspaces.Return(workspace);
        }
    }

    private void Check(ReadOnlySpan<FeatureTensor> inputs, ReadOnlySpan<float> scalars)
    {
        if (inputs.Length != signature.Inputs.Length || scalars.Length != signature.Scalars)
        {
            throw new ArgumentException(
                $"The kernel takes {signature.Inputs.Length} inputs and {signature.Scalars} scalars, not {inputs.Length} and {scalars.Length}.", nameof(inputs));
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            var type = signature.Inputs[i];
            Check(inputs[i], type.ElementType, type.Shape, "input", i, nameof(inputs));
        }
    }

    private void Check(ReadOnlySpan<FeatureTensor> outputs, ReadOnlySpan<FeatureTensor> inputs)
    {
        if (outputs.Length != signature.Outputs.Length)
        {
            throw new ArgumentException($"The kernel has {signature.Outputs.Length} outputs, not {outputs.Length}.", nameof(outputs));
        }

        for (var i = 0; i < outputs.Length; i++)
        {
            var shape = signature.OutputShapes[i];
            Check(outputs[i], shape.Rank == 0 ? ElementType.Float32 : signature.OutputType, shape, "output", i, nameof(outputs));
            foreach (var input in inputs)
            {
                if (ReferenceEquals(input, outputs[i]))
                {
                    throw new ArgumentException($"The output {i}, {outputs[i]}, is an input too; a kernel writes to tensors that it does not read.", nameof(outputs));
                }
            }
        }
    }

    private static void Check(FeatureTensor tensor, ElementType elementType, TensorShape shape, string role, int index, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor, parameter);
        if (tensor.ElementType != elementType || tensor.Rows != 1 || !tensor.Shape.Equals(shape))
        {
            throw new ArgumentException($"The {role} {index} is {tensor}; the kernel was compiled for {elementType} 1 × {shape}.", parameter);
        }
    }
}
