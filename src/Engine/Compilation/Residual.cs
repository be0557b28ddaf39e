namespace CachePolicies.Engine;

/// <summary>The place of a tensor in an evaluation.</summary>
/// <param name="Boundary">The boundary's index.</param>
/// <param name="Tensor">The tensor's index there.</param>
internal readonly record struct Slot(int Boundary, int Tensor)
{
    /// <summary>The place of a boundary's primary state.</summary>
    public static Slot PrimaryOf(Boundary boundary) => new(boundary.Index, boundary.PrimaryIndex);
}

/// <summary>
/// The difference of two tensors of one evaluation. That of float16 is kept halved: two finite numbers may be further apart than float16 reaches (65504),
/// half their difference never is. Kernels compute in float32 and double it where they read it.
/// </summary>
internal sealed class Residual
{
    public Residual(DenoiserLayout layout, Slot value, Slot origin, IDenoiserBackend backend)
    {
        (Value, Base) = (value, origin);
        Descriptor = layout.Boundaries[value.Boundary].Tensors[value.Tensor];
        Unit = Descriptor.ElementType == ElementType.Float16 ? 2 : 1;
        var type = TensorType.Of(Descriptor);
        Kernel = backend.Compile(new KernelSignature([type, type], 0, [Scaled(TensorExpression.Input(0)) - Scaled(TensorExpression.Input(1))]));
    }

    /// <summary>What is subtracted from.</summary>
    public Slot Value { get; }

    /// <summary>What is subtracted.</summary>
    public Slot Base { get; }

    /// <summary>What comes out.</summary>
    public TensorDescriptor Descriptor { get; }

    /// <summary>What a kept element is to be multiplied by.</summary>
    public float Unit { get; }

    public IExpressionKernel Kernel { get; }

    /// <summary>The difference itself, of what is kept.</summary>
    public TensorExpression Read(TensorExpression kept) => Unit == 1 ? kept : Unit * kept;

    private TensorExpression Scaled(TensorExpression state) => Unit == 1 ? state : (1 / Unit) * state;

    /// <summary>The residual of two boundaries' primary states.</summary>
    public static Residual OfPrimary(DenoiserLayout layout, int boundary, int origin, IDenoiserBackend backend) =>
        new(layout, Slot.PrimaryOf(layout.Boundaries[boundary]), Slot.PrimaryOf(layout.Boundaries[origin]), backend);
}
