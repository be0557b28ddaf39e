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
    public float Measure(CompiledMeasurement measurement, FeatureTensor value, FeatureTensor? reference, in EvaluationInfo current, in EvaluationInfo referenced)
    {
        var estimator = measurement.Measurement.Estimator;
        var scalars = _scalars.AsSpan(0, estimator.ScalarCount);
        estimator.FillScalars(current, referenced, scalars);
        _operands[0] = value;
        if (reference is null)
        {
            return measurement.Kernel.Measure(_operands.AsSpan(0, 1), scalars);
        }

        _operands[1] = reference;
        return measurement.Kernel.Measure(_operands.AsSpan(0, 2), scalars);
    }

    /// <summary>What is kept of a state tensor, with a lease that the caller owns.</summary>
    public FeatureTensor Make(KeptPart part, KeptState state, in EvaluationInfo evaluation, LaneFeatures features)
    {
        if (part.Source is { } source)
        {
            return features[source].AddLease();
        }

        if (part.Residual is { } residual)
        {
            return Make(residual, features);
        }

        var form = part.Form!;
        form.FillScalars(evaluation, _scalars.AsSpan(0, form.ScalarCount));
        _operands[0] = features[state.Target];
        if (form.ReadsBase)
        {
            _operands[1] = features[state.Origin!.Value];
        }

        return Run(part.Kernel!, part.Descriptor, form.ReadsBase ? 2 : 1, form.ScalarCount);
    }

    /// <summary>The scalar product of two tensors, summed in float64.</summary>
    public double Dot(FeatureTensor a, FeatureTensor b) => backend.Dot(a, b);

    /// <summary>A state tensor as a skip approximates it, with a lease that the caller owns.</summary>
    /// <param name="skip">The skip.</param>
    /// <param name="state">Which of the target's state tensors.</param>
    /// <param name="point">The evaluation, and those that are kept for it.</param>
    /// <param name="kept">What is kept.</param>
    /// <param name="conditional">What the sample's conditional lane keeps; the same in that lane.</param>
    /// <param name="features">This evaluation's tensors.</param>
    public FeatureTensor Approximate(CompiledSkip skip, int state, in SkipPoint point, KeptHistory kept, KeptHistory conditional, LaneFeatures features)
    {
        var history = point.Computed.Length;
        if (skip.KernelFor(state, history) is not { } kernel)
        {
            return kept.State(0, state).AddLease();
        }

        var operands = FillOperands(skip, state, history, kept, conditional, features);
        return Run(kernel, skip.Kept.States[state].State, operands, FillScalars(skip, point));
    }

    /// <summary>The number that a record shows for a skip, if its approximation has one.</summary>
    /// <inheritdoc cref="Approximate"/>
    public float? Diagnose(CompiledSkip skip, in SkipPoint point, KeptHistory kept, KeptHistory conditional, LaneFeatures features)
    {
        if (skip.DiagnosticFor(point.Computed.Length) is not { } kernel)
        {
            return null;
        }

        var operands = FillOperands(skip, 0, point.Computed.Length, kept, conditional, features);
        return kernel.Measure(_operands.AsSpan(0, operands), _scalars.AsSpan(0, FillScalars(skip, point)));
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

    private int FillOperands(CompiledSkip skip, int state, int history, KeptHistory kept, KeptHistory conditional, LaneFeatures features)
    {
        var operands = skip.OperandsOf(history);
        for (var i = 0; i < operands.Count; i++)
        {
            var operand = operands[i];
            _operands[i] = operand.Kind switch
            {
                ApproximationOperandKind.Base => features[skip.Kept.States[state].Origin!.Value],
                ApproximationOperandKind.Kept => kept.State(operand.Entry, state, operand.Form),
                ApproximationOperandKind.Conditional => conditional.State(operand.Entry, state, operand.Form),
                ApproximationOperandKind.Probe => features[skip.Kept.Probe!.Value],
                ApproximationOperandKind.ProbeBase => features[skip.Kept.Probe!.Base],
                _ => kept.Probe(operand.Entry),
            };
        }

        return operands.Count;
    }

    private int FillScalars(CompiledSkip skip, in SkipPoint point)
    {
        var count = skip.Rule.Approximation.ScalarCount(point.Computed.Length);
        skip.Rule.Approximation.FillScalars(point, _scalars.AsSpan(0, count));
        return count;
    }
}
