using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Testing;

/// <summary>A kernel with operands to run it on.</summary>
/// <param name="Signature">The kernel.</param>
/// <param name="Inputs">The elements of each input.</param>
/// <param name="Scalars">The run-time numbers.</param>
public sealed record KernelCase(KernelSignature Signature, float[][] Inputs, float[] Scalars)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"({string.Join("; ", Signature.Outputs)}) over {string.Join(", ", Signature.Inputs.Select(i => $"{i.ElementType} {i.Shape}"))}, scalars {string.Join(", ", Scalars)}, into {Signature.OutputType}";
}

/// <summary>Draws expressions of every kind over inputs of several shapes, with numbers that every element type holds well.</summary>
public static class KernelCases
{
    private const int ScalarCount = 2;

    /// <summary>What expressions are drawn over: leaves of one shape.</summary>
    private sealed record Feature(TensorShape Shape, Gen<TensorExpression> Leaves);

    /// <summary>Kernels with one to three outputs over three inputs of one shape, seen as they are or frame by frame.</summary>
    public static Arbitrary<KernelCase> All() => Arb.From(
        from shape in Shapes
        from types in Gen.ArrayOf(Gen.Elements(ElementType.Float32, ElementType.Float32, ElementType.Float16), 3)
        from outputType in Gen.Elements(ElementType.Float32, ElementType.Float32, ElementType.Float16)
        from feature in Gen.Frequency((3, Gen.Constant(AsItIs(shape))), (1, FrameByFrame(shape)))
        from depth in Gen.Choose(1, 4)
        from outputCount in Gen.Choose(1, 3)
        from outputs in Gen.ArrayOf(Gen.OneOf(Tensor(feature, depth), Number(feature, depth)), outputCount)
        from inputs in Gen.ArrayOf(Numbers((int)shape.ElementCount), 3)
        from scalars in Numbers(ScalarCount)
        select new KernelCase(
            new KernelSignature([.. types.Select(t => new TensorType(t, shape))], ScalarCount, [.. outputs], outputType), inputs, scalars));

    /// <summary>Shapes of one to three axes, among them some that are longer than a block and no multiple of a vector.</summary>
    public static Gen<TensorShape> Shapes { get; } = Gen.OneOf(
        from n in Gen.Frequency((3, Gen.Choose(1, 70)), (1, Gen.Choose(2040, 4200))) select new TensorShape(n),
        from r in Gen.Choose(1, 20) from c in Gen.Choose(1, 140) select new TensorShape(r, c),
        from p in Gen.Choose(1, 3) from r in Gen.Choose(1, 40) from c in Gen.Choose(1, 20) select new TensorShape(p, r, c));

    /// <summary>Numbers in [−4, 4], in steps that float16 and bfloat16 hold exactly; 0 among them.</summary>
    private static Gen<float[]> Numbers(int count) => Gen.ArrayOf(Gen.Choose(-128, 128).Select(i => i / 32f), count);

    private static Feature AsItIs(TensorShape shape) => new(shape, Gen.Choose(0, 2).Select(TensorExpression.Input));

    private static Gen<Feature> FrameByFrame(TensorShape shape) =>
        from axis in Gen.Choose(0, shape.Rank - 1)
        from count in Gen.Elements(Enumerable.Range(1, shape[axis]).Where(n => shape[axis] % n == 0))
        select new Feature(
            TensorExpression.Frames(0, axis, count).ShapeOf(shape), Gen.Choose(0, 2).Select(i => TensorExpression.Frames(i, axis, count)));

    private static Gen<TensorExpression> Tensor(Feature feature, int depth)
    {
        var leaf = feature.Leaves;
        if (depth == 0)
        {
            return leaf;
        }

        var below = Tensor(feature, depth - 1);
        var number = Number(feature, depth - 1);
        return Gen.Frequency(
            (2, leaf),
            (2, Unary(below)),
            (3, Binary(below, below)),
            (1, Binary(below, number)),
            (1, Binary(number, below)));
    }

    private static Gen<TensorExpression> Number(Feature feature, int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Choose(0, ScalarCount - 1).Select(TensorExpression.Scalar),
            Gen.Elements(0.5f, 1f, -2f, 3f).Select(TensorExpression.Constant));
        if (depth == 0)
        {
            return leaf;
        }

        var below = Number(feature, depth - 1);
        return Gen.Frequency((1, leaf), (1, Unary(below)), (1, Binary(below, below)), (4, Reduced(feature, depth - 1)));
    }

    // A reduction to a number: straight, by way of the leading axes, or of pooled elements.
    private static Gen<TensorExpression> Reduced(Feature feature, int depth)
    {
        var straight = from e in Tensor(feature, depth) from r in Reductions select (TensorExpression)new ReduceExpression(r, e, 0);
        var twice = from e in Tensor(feature, depth)
                    from keep in Gen.Choose(0, feature.Shape.Rank)
                    from inner in Reductions
                    from outer in Reductions
                    from twin in Gen.Elements(true, false)
                    let part = new ReduceExpression(inner, e, keep)
                    select (TensorExpression)new ReduceExpression(outer, twin ? part.Abs() + part : part, 0);
        if (feature.Shape.Rank < 2)
        {
            return Gen.OneOf(straight, twice);
        }

        var pooled = from e in Tensor(feature, depth)
                     from f in Tensor(feature, depth)
                     from rows in Gen.Choose(1, feature.Shape[^2])
                     from columns in Gen.Choose(1, feature.Shape[^1])
                     from r in Reductions
                     from keep in Gen.Choose(0, feature.Shape.Rank - 1)
                     let a = e.AveragePool(rows, columns)
                     let b = f.AveragePool(rows, columns)
                     select (TensorExpression)new ReduceExpression(r, new ReduceExpression(Reduction.Mean, (a - b).Abs() + a, keep), 0);
        return Gen.OneOf(straight, twice, pooled);
    }

    private static Gen<Reduction> Reductions { get; } = Gen.Elements(Reduction.Mean, Reduction.Mean, Reduction.Sum, Reduction.Max);

    private static Gen<TensorExpression> Unary(Gen<TensorExpression> operand) => Gen.OneOf(
        operand.Select(e => e.Abs()),
        operand.Select(e => e.Square()),
        operand.Select(e => e.Abs().Sqrt()),
        operand.Select(e => e.Clamp(-1, 1.5f)));

    private static Gen<TensorExpression> Binary(Gen<TensorExpression> left, Gen<TensorExpression> right) =>
        from a in left
        from b in right
        from operation in Gen.Elements(BinaryOperation.Add, BinaryOperation.Subtract, BinaryOperation.Multiply, BinaryOperation.Divide)
        select (TensorExpression)new BinaryExpression(operation, a, b);
}
