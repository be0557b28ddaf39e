namespace CachePolicies.Engine;

/// <summary>Runs a plan's kernels over the tensors of a lane, with memory for their operands.</summary>
internal sealed class FeatureArithmetic(IDenoiserBackend backend, CompiledPlan plan)
{
    private readonly FeatureTensor[] _operands = new FeatureTensor[plan.OperandCount];
    private readonly float[] _scalars = new float[plan.ScalarCount];

    /// <summary>The difference that a residual is, with a lease that the caller owns.</summary>
    public FeatureTensor Make(Residual residual, LaneFeatures features)
    {
        _operands[0] = features[residual.Value];
        _operands[1] = features[residual.Base];
        return Run(residual.Kernel, residual.Descriptor, 2, 0);
    }

    /// <summary>One number of a value, and of its reference where it has one.</summary>
    public float Measure(IExpressionKernel kernel, FeatureTensor value, FeatureTensor? reference)
    {
        _operands[0] = value;
        if (reference is null)
        {
            return kernel.Measure(_operands.AsSpan(0, 1), default);
        }

        _operands[1] = reference;
        return kernel.Measure(_operands.AsSpan(0, 2), default);
    }

    /// <summary>A state tensor as a skip approximates it, with a lease that the caller owns.</summary>
    public FeatureTensor Approximate(CompiledSkip skip, int state, in EvaluationInfo evaluation, ReadOnlySpan<EvaluationInfo> computed, KeptHistory kept, LaneFeatures features)
    {
        if (skip.KernelFor(state, computed.Length) is not { } kernel)
        {
            return kept.State(0, state).AddLease();
        }

        var operands = FillOperands(skip, state, computed.Length, kept, features);
        return Run(kernel, skip.Kept.States[state].State, operands, FillScalars(skip, evaluation, computed));
    }

    /// <summary>The number that a record shows for a skip, if its approximation has one.</summary>
    public float? Diagnose(CompiledSkip skip, in EvaluationInfo evaluation, ReadOnlySpan<EvaluationInfo> computed, KeptHistory kept, LaneFeatures features)
    {
        if (skip.DiagnosticFor(computed.Length) is not { } kernel)
        {
            return null;
        }

        var operands = FillOperands(skip, 0, computed.Length, kept, features);
        return kernel.Measure(_operands.AsSpan(0, operands), _scalars.AsSpan(0, FillScalars(skip, evaluation, computed)));
    }

    private FeatureTensor Run(IExpressionKernel kernel, TensorDescriptor made, int operands, int scalars)
    {
        var result = backend.Rent(made.ElementType, made.Shape);
        try
        {
            kernel.Run(_operands.AsSpan(0, operands), _scalars.AsSpan(0, scalars), new ReadOnlySpan<FeatureTensor>(in result));
            return result;
        }
        catch
        {
            result.Release();
            throw;
        }
    }

    private int FillOperands(CompiledSkip skip, int state, int history, KeptHistory kept, LaneFeatures features)
    {
        var operands = skip.OperandsOf(history);
        for (var i = 0; i < operands.Count; i++)
        {
            var operand = operands[i];
            _operands[i] = operand.Kind switch
            {
                ApproximationOperandKind.Base => features[skip.Kept.States[state].Residual!.Base],
                ApproximationOperandKind.Kept => kept.State(operand.Entry, state),
                ApproximationOperandKind.Probe => features[skip.Kept.Probe!.Value],
                ApproximationOperandKind.ProbeBase => features[skip.Kept.Probe!.Base],
                _ => kept.Probe(operand.Entry),
            };
        }

        return operands.Count;
    }

    private int FillScalars(CompiledSkip skip, in EvaluationInfo evaluation, ReadOnlySpan<EvaluationInfo> computed)
    {
        var count = skip.Rule.Approximation.ScalarCount(computed.Length);
        skip.Rule.Approximation.FillScalars(evaluation, computed, _scalars.AsSpan(0, count));
        return count;
    }
}
