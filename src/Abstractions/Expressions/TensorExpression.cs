using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>
/// Arithmetic on features, written once and compiled by each backend: the CPU interprets it in one pass over memory, ONNX Runtime gets one
/// graph of it. Estimators and approximations are expressions, so a custom one runs on every provider.
/// </summary>
/// <remarks>
/// Expressions are immutable and equal when they are built alike. Elementwise operations take operands of equal shape, or a scalar on either
/// side. Arithmetic is in float32 whatever the element type of the inputs; sums accumulate in float32 or better. NaN and infinity
/// propagate as IEEE 754 says, save through <see cref="OrIfNaN"/>.
/// </remarks>
public abstract record TensorExpression
{
    private protected TensorExpression()
    {
    }

    /// <summary>The kernel's input tensor at <paramref name="index"/>.</summary>
    public static TensorExpression Input(int index) => new InputExpression(index);

    /// <summary>
    /// The kernel's input tensor at <paramref name="index"/> with its frames in front: <c>[tokens, channels]</c> as <c>[frames, tokens / frames, channels]</c>,
    /// <c>[channels, frames, height, width]</c> with axis 1 as <c>[frames, channels, 1, height, width]</c>. <c>Mean(keep: 1)</c> then gives one number a frame.
    /// </summary>
    /// <param name="index">The input's position.</param>
    /// <param name="axis">The axis along which the frames lie one after another; its size is a multiple of <paramref name="count"/>.</param>
    /// <param name="count">How many frames there are, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static TensorExpression Frames(int index, int axis, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(axis);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new FramesExpression(index, axis, count);
    }

    /// <summary>The kernel's run-time number at <paramref name="index"/>.</summary>
    public static TensorExpression Scalar(int index) => new ScalarExpression(index);

    /// <summary>A constant.</summary>
    public static TensorExpression Constant(float value) => new ConstantExpression(value);

    /// <inheritdoc cref="Constant"/>
    public static implicit operator TensorExpression(float value) => Constant(value);

    /// <summary>a + b.</summary>
    public static TensorExpression operator +(TensorExpression left, TensorExpression right) => new BinaryExpression(BinaryOperation.Add, left, right);

    /// <summary>a − b.</summary>
    public static TensorExpression operator -(TensorExpression left, TensorExpression right) => new BinaryExpression(BinaryOperation.Subtract, left, right);

    /// <summary>a · b, element by element.</summary>
    public static TensorExpression operator *(TensorExpression left, TensorExpression right) => new BinaryExpression(BinaryOperation.Multiply, left, right);

    /// <summary>a / b, element by element; 0 / 0 is NaN.</summary>
    public static TensorExpression operator /(TensorExpression left, TensorExpression right) => new BinaryExpression(BinaryOperation.Divide, left, right);

    /// <summary>|a|.</summary>
    public TensorExpression Abs() => new UnaryExpression(UnaryOperation.Abs, this);

    /// <summary>a².</summary>
    public TensorExpression Square() => new UnaryExpression(UnaryOperation.Square, this);

    /// <summary>√a; NaN for negative numbers.</summary>
    public TensorExpression Sqrt() => new UnaryExpression(UnaryOperation.Sqrt, this);

    /// <summary>min(max(a, <paramref name="minimum"/>), <paramref name="maximum"/>); NaN stays NaN.</summary>
    /// <exception cref="ArgumentException">The bounds are NaN or in the wrong order.</exception>
    public TensorExpression Clamp(float minimum, float maximum) => minimum <= maximum
        ? new ClampExpression(this, minimum, maximum)
        : throw new ArgumentException($"The lower bound {minimum} is not at or below the upper bound {maximum}.");

    /// <summary>a, or <paramref name="replacement"/> where a is NaN.</summary>
    public TensorExpression OrIfNaN(float replacement) => new ReplaceNaNExpression(this, replacement);

    /// <summary>
    /// The mean of each window of <paramref name="rows"/> × <paramref name="columns"/> elements over the last two axes, windows side by side
    /// (stride equal to the window), no padding; the ragged edge is dropped. A window of 1 × 1 is the tensor itself.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A window side is below 1.</exception>
    public TensorExpression AveragePool(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        return (rows, columns) == (1, 1) ? this : new AveragePoolExpression(this, rows, columns);
    }

    /// <summary>The mean over all axes after the first <paramref name="keep"/>: a scalar for 0, one number a frame for 1 on <c>[frames, …]</c>.</summary>
    public TensorExpression Mean(int keep = 0) => Reduce(Reduction.Mean, keep);

    /// <summary>The sum over all axes after the first <paramref name="keep"/>.</summary>
    public TensorExpression Sum(int keep = 0) => Reduce(Reduction.Sum, keep);

    /// <summary>The largest element over all axes after the first <paramref name="keep"/>; NaN if any is NaN.</summary>
    public TensorExpression Max(int keep = 0) => Reduce(Reduction.Max, keep);

    /// <summary>A Wiener filter along one axis of a grid (<see cref="WienerExpression"/>).</summary>
    /// <param name="signal">α, a number above 0.</param>
    /// <param name="noise">β, a number.</param>
    /// <param name="power">p, above 0 and finite: 2 for pictures.</param>
    /// <param name="size">How many elements the axis has, 1 to 4,096.</param>
    /// <param name="stride">How many elements lie between two neighbours of the axis: 1 for the last axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public TensorExpression Wiener(TensorExpression signal, TensorExpression noise, float power, int size, int stride)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(noise);
        if (!(power > 0 && float.IsFinite(power)))
        {
            throw new ArgumentOutOfRangeException(nameof(power), power, "The power is a finite number above 0.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, WienerExpression.LongestAxis);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        return size == 1 ? this : new WienerExpression(this, signal, noise, power, size, stride);
    }

    /// <summary>What the expression is computed of, in order; empty for inputs and numbers.</summary>
    public virtual ImmutableArray<TensorExpression> Operands => [];

    /// <summary>The same operation on other operands.</summary>
    /// <param name="operand">What takes the place of each operand. It is asked in order.</param>
    public virtual TensorExpression Map(Func<TensorExpression, TensorExpression> operand) => this;

    /// <summary>Whether the expression reads the input at <paramref name="index"/>.</summary>
    public bool Reads(int index) => this switch
    {
        InputExpression input => input.Index == index,
        FramesExpression frames => frames.Index == index,
        _ => Operands.Any(operand => operand.Reads(index)),
    };

    /// <summary>The expression as a formula: <c>mean(|in0 − in1|) / mean(|in1|)</c>.</summary>
    public sealed override string ToString() => ExpressionText.Of(this);

    private ReduceExpression Reduce(Reduction reduction, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        return new ReduceExpression(reduction, this, keep);
    }
}
