namespace CachePolicies.Engine;

/// <summary>The place of a tensor in an evaluation.</summary>
/// <param name="Boundary">The boundary's index.</param>
/// <param name="Tensor">The tensor's index there.</param>
internal readonly record struct Slot(int Boundary, int Tensor)
{
    /// <summary>The place of a boundary's primary state.</summary>
    public static Slot PrimaryOf(Boundary boundary) => new(boundary.Index, boundary.PrimaryIndex);
}

/// <summary>The difference of two tensors of one evaluation.</summary>
internal sealed class Residual
{
    public Residual(DenoiserLayout layout, Slot value, Slot origin, IDenoiserBackend backend)
    {
        (Value, Base) = (value, origin);
        Descriptor = layout.Boundaries[value.Boundary].Tensors[value.Tensor];
        var type = TensorType.Of(Descriptor);
        Kernel = backend.Compile(new KernelSignature([type, type], 0, [TensorExpression.Input(0) - TensorExpression.Input(1)]));
    }

    /// <summary>What is subtracted from.</summary>
    public Slot Value { get; }

    /// <summary>What is subtracted.</summary>
    public Slot Base { get; }

    /// <summary>What comes out.</summary>
    public TensorDescriptor Descriptor { get; }

    public IExpressionKernel Kernel { get; }

    /// <summary>The residual of two boundaries' primary states.</summary>
    public static Residual OfPrimary(DenoiserLayout layout, int boundary, int origin, IDenoiserBackend backend) =>
        new(layout, Slot.PrimaryOf(layout.Boundaries[boundary]), Slot.PrimaryOf(layout.Boundaries[origin]), backend);
}
