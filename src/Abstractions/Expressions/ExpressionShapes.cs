namespace CachePolicies;

/// <summary>What shape an expression has.</summary>
public static class ExpressionShapes
{
    /// <summary>The shape that <paramref name="expression"/> has over inputs of the given shapes; <see cref="TensorShape.Scalar"/> for a number.</summary>
    /// <exception cref="ArgumentException">Operands do not fit each other, an input does not exist, or a window is larger than the tensor.</exception>
    public static TensorShape ShapeOf(this TensorExpression expression, params ReadOnlySpan<TensorShape> inputs) => expression switch
    {
        InputExpression input => Input(input.Index, inputs),
        FramesExpression frames => Frames(frames, Input(frames.Index, inputs)),
        ScalarExpression or ConstantExpression => TensorShape.Scalar,
        UnaryExpression unary => unary.Operand.ShapeOf(inputs),
        ClampExpression clamp => clamp.Operand.ShapeOf(inputs),
        ReplaceNaNExpression replace => replace.Operand.ShapeOf(inputs),
        BinaryExpression binary => Broadcast(binary, binary.Left.ShapeOf(inputs), binary.Right.ShapeOf(inputs)),
        AveragePoolExpression pool => Pool(pool, pool.Operand.ShapeOf(inputs)),
        WienerExpression filter => Filtered(filter, filter.Operand.ShapeOf(inputs), filter.Signal.ShapeOf(inputs), filter.Noise.ShapeOf(inputs)),
        ReduceExpression reduce => ReduceTo(reduce, reduce.Operand.ShapeOf(inputs)),
        null => throw new ArgumentNullException(nameof(expression)),
        _ => throw new ArgumentException($"{expression.GetType().Name} is not a known expression."),
    };

    private static TensorShape Input(int index, ReadOnlySpan<TensorShape> inputs) => (uint)index < (uint)inputs.Length
        ? inputs[index]
        : throw new ArgumentException($"The expression reads input {index}, but there are {inputs.Length} inputs.");

    private static TensorShape Frames(FramesExpression frames, TensorShape shape)
    {
        var frame = new FrameAxis(frames.Axis, frames.Count).FrameOf(shape);
        return new TensorShape([frames.Count, .. frame.Dimensions]);
    }

    private static TensorShape Broadcast(BinaryExpression binary, TensorShape left, TensorShape right)
    {
        if (left.Rank == 0 || left.Equals(right))
        {
            return right;
        }

        return right.Rank == 0
            ? left
            : throw new ArgumentException($"{binary.Operation} needs operands of equal shape or a scalar, not {left} and {right}.");
    }

    private static TensorShape Pool(AveragePoolExpression pool, TensorShape shape)
    {
        if (shape.Rank < 2 || shape[^2] < pool.Rows || shape[^1] < pool.Columns)
        {
            throw new ArgumentException($"A window of {pool.Rows} × {pool.Columns} does not fit the last two axes of {shape}.");
        }

        var dimensions = shape.Dimensions.ToArray();
        dimensions[^2] = shape[^2] / pool.Rows;
        dimensions[^1] = shape[^1] / pool.Columns;
        return new TensorShape(dimensions);
    }

    private static TensorShape Filtered(WienerExpression filter, TensorShape shape, TensorShape signal, TensorShape noise) => (signal.Rank, noise.Rank) != (0, 0)
        ? throw new ArgumentException($"A filter takes its signal and its noise as numbers, not as {signal} and {noise}.")
        : shape.Rank == 0 || shape.ElementCount % ((long)filter.Size * filter.Stride) != 0
            ? throw new ArgumentException($"{shape} has no axis of {filter.Size} elements that lie {filter.Stride} apart.")
            : shape;

    private static TensorShape ReduceTo(ReduceExpression reduce, TensorShape shape) => reduce.Keep <= shape.Rank
        ? new TensorShape(shape.Dimensions[..reduce.Keep])
        : throw new ArgumentException($"Keeping {reduce.Keep} axes of {shape} is not possible.");
}
