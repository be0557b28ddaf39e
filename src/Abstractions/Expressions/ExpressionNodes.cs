using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>Operations on one operand.</summary>
public enum UnaryOperation
{
    /// <summary>|a|.</summary>
    Abs,

    /// <summary>a².</summary>
    Square,

    /// <summary>√a.</summary>
    Sqrt,
}

/// <summary>Operations on two operands of equal shape, or a tensor and a scalar.</summary>
public enum BinaryOperation
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a − b.</summary>
    Subtract,

    /// <summary>a · b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,
}

/// <summary>Ways of making few numbers of many.</summary>
public enum Reduction
{
    /// <summary>The arithmetic mean.</summary>
    Mean,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,
}

/// <summary>An input tensor of the kernel.</summary>
/// <param name="Index">Its position among the inputs.</param>
public sealed record InputExpression(int Index) : TensorExpression;

/// <summary>
/// An input tensor with its frames in front: <c>[…, count · rest, …]</c> becomes <c>[count, …, rest, …]</c>, so that reductions that keep one axis give
/// a number for each frame and pooling stays within a frame.
/// </summary>
/// <param name="Index">The input's position.</param>
/// <param name="Axis">The axis along which the frames lie one after another.</param>
/// <param name="Count">How many there are.</param>
public sealed record FramesExpression(int Index, int Axis, int Count) : TensorExpression;

/// <summary>A number that is told at each run.</summary>
/// <param name="Index">Its position among the scalars.</param>
public sealed record ScalarExpression(int Index) : TensorExpression;

/// <summary>A number that is known when the expression is built.</summary>
/// <param name="Value">The number.</param>
public sealed record ConstantExpression(float Value) : TensorExpression;

/// <summary>An expression over one other expression.</summary>
/// <param name="Operand">What it is computed of.</param>
public abstract record SingleOperandExpression(TensorExpression Operand) : TensorExpression
{
    /// <inheritdoc/>
    public override ImmutableArray<TensorExpression> Operands => [Operand];

    /// <inheritdoc/>
    public override TensorExpression Map(Func<TensorExpression, TensorExpression> operand)
    {
        ArgumentNullException.ThrowIfNull(operand);
        return this with { Operand = operand(Operand) };
    }
}

/// <summary>An elementwise operation on one operand.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Operand">On what.</param>
public sealed record UnaryExpression(UnaryOperation Operation, TensorExpression Operand) : SingleOperandExpression(Operand);

/// <summary>An elementwise operation on two operands.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Left">The first operand.</param>
/// <param name="Right">The second operand.</param>
public sealed record BinaryExpression(BinaryOperation Operation, TensorExpression Left, TensorExpression Right) : TensorExpression
{
    /// <inheritdoc/>
    public override ImmutableArray<TensorExpression> Operands => [Left, Right];

    /// <inheritdoc/>
    public override TensorExpression Map(Func<TensorExpression, TensorExpression> operand)
    {
        ArgumentNullException.ThrowIfNull(operand);
        return this with { Left = operand(Left), Right = operand(Right) };
    }
}

/// <summary>Limits each element to a range.</summary>
/// <param name="Operand">What is limited.</param>
/// <param name="Minimum">The lower bound.</param>
/// <param name="Maximum">The upper bound.</param>
public sealed record ClampExpression(TensorExpression Operand, float Minimum, float Maximum) : SingleOperandExpression(Operand);

/// <summary>Puts a number in NaN's place.</summary>
/// <param name="Operand">What is looked at.</param>
/// <param name="Replacement">What stands for NaN.</param>
public sealed record ReplaceNaNExpression(TensorExpression Operand, float Replacement) : SingleOperandExpression(Operand);

/// <summary>Average pooling over the last two axes, stride equal to the window, no padding.</summary>
/// <param name="Operand">What is pooled; at least two axes.</param>
/// <param name="Rows">The window along the last axis but one.</param>
/// <param name="Columns">The window along the last axis.</param>
public sealed record AveragePoolExpression(TensorExpression Operand, int Rows, int Columns) : SingleOperandExpression(Operand);

/// <summary>Makes one number of all axes after the first <paramref name="Keep"/>.</summary>
/// <param name="Reduction">How.</param>
/// <param name="Operand">Of what.</param>
/// <param name="Keep">How many leading axes stay.</param>
public sealed record ReduceExpression(Reduction Reduction, TensorExpression Operand, int Keep) : SingleOperandExpression(Operand);

/// <summary>
/// A Wiener filter along one axis of a grid: the discrete Fourier transform along it, each frequency f (in cycles per element, 0 to ½) times
/// g(f) = α / (α² + β² (|f|ᵖ + 10⁻¹⁶)), and back; the gains are divided by their mean over all frequencies. It is the best linear estimate of a signal α x
/// with power 1 / |f|ᵖ under noise β ε. The tensor is read as <c>[outer, Size, Stride]</c> in memory, so that a grid of tokens can be filtered axis by axis.
/// </summary>
/// <param name="Operand">What is filtered.</param>
/// <param name="Signal">α, a number above 0.</param>
/// <param name="Noise">β, a number.</param>
/// <param name="Power">p, above 0: 2 for pictures.</param>
/// <param name="Size">How many elements the axis has.</param>
/// <param name="Stride">How many elements lie between two neighbours of the axis.</param>
public sealed record WienerExpression(TensorExpression Operand, TensorExpression Signal, TensorExpression Noise, float Power, int Size, int Stride) : TensorExpression
{
    /// <summary>The longest axis that is filtered.</summary>
    public const int LongestAxis = 4096;

    /// <inheritdoc/>
    public override ImmutableArray<TensorExpression> Operands => [Operand, Signal, Noise];

    /// <summary>|f|ᵖ + 10⁻¹⁶ of each frequency, in the order of the transform: 0, 1/n … and back to 1/n.</summary>
    public double[] FrequencyPowers() => [.. Enumerable.Range(0, Size).Select(k => Math.Pow(Math.Min(k, Size - k) / (double)Size, Power) + 1e-16)];

    /// <inheritdoc/>
    public override TensorExpression Map(Func<TensorExpression, TensorExpression> operand)
    {
        ArgumentNullException.ThrowIfNull(operand);
        return this with { Operand = operand(Operand), Signal = operand(Signal), Noise = operand(Noise) };
    }
}
