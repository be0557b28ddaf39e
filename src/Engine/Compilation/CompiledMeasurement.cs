namespace CachePolicies.Engine;

/// <summary>A measurement with its kernels.</summary>
internal sealed class CompiledMeasurement
{
    public CompiledMeasurement(CachePlan plan, Measurement measurement, IDenoiserBackend backend)
    {
        Measurement = measurement;
        Value = new Slot(measurement.Boundary, measurement.Tensor);
        NeedsReference = plan.NeedsReference(measurement);
        Residual = measurement.ResidualBase is { } origin ? Residual.OfPrimary(plan.Layout, measurement.Boundary, origin, backend) : null;
        var descriptor = Residual?.Descriptor ?? plan.Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor];
        var type = TensorType.Of(descriptor);
        TensorExpression Operand(int index) => Residual?.Read(TensorExpression.Input(index)) ?? TensorExpression.Input(index);
        var distance = measurement.Estimator.Distance(Operand(0), Operand(1), descriptor.Shape);
        var signature = new KernelSignature(NeedsReference ? [type, type] : [type], measurement.Estimator.ScalarCount, [distance]);
        Kernel = signature.IsMeasurement
            ? backend.Compile(signature)
            : throw new CachePlanException($"The estimator '{measurement.Estimator.Name}' of the measurement '{measurement.Key}' gives {signature.OutputShapes[0]}, not one number; reduce it with Mean, Sum or Max.");
    }

    public Measurement Measurement { get; }

    /// <summary>What is measured, or what the residual's base is subtracted from.</summary>
    public Slot Value { get; }

    /// <summary>How the value is made, where it is a residual.</summary>
    public Residual? Residual { get; }

    public bool NeedsReference { get; }

    public IExpressionKernel Kernel { get; }
}
