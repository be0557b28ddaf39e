using System.Globalization;

namespace CachePolicies;

/// <summary>Writes expressions as formulas.</summary>
internal static class ExpressionText
{
    public static string Of(TensorExpression expression) => expression switch
    {
        InputExpression input => Text($"in{input.Index}"),
        FramesExpression frames => Text($"frames(in{frames.Index}, axis {frames.Axis}, {frames.Count})"),
        ScalarExpression scalar => Text($"s{scalar.Index}"),
        ConstantExpression constant => Text($"{constant.Value}"),
        UnaryExpression { Operation: UnaryOperation.Abs } unary => $"|{Of(unary.Operand)}|",
        UnaryExpression { Operation: UnaryOperation.Square } unary => $"{Single(unary.Operand)}²",
        UnaryExpression unary => $"√{Single(unary.Operand)}",
        BinaryExpression binary => $"{Closed(binary.Left)} {SignOf(binary.Operation)} {Closed(binary.Right)}",
        ClampExpression clamp => Text($"clamp({clamp.Operand}, {clamp.Minimum}, {clamp.Maximum})"),
        ReplaceNaNExpression replace => Text($"orIfNaN({replace.Operand}, {replace.Replacement})"),
        AveragePoolExpression pool => Text($"pool({pool.Operand}, {pool.Rows} × {pool.Columns})"),
        ReduceExpression { Keep: 0 } reduce => $"{NameOf(reduce.Reduction)}({reduce.Operand})",
        ReduceExpression reduce => Text($"{NameOf(reduce.Reduction)}({reduce.Operand}, keep {reduce.Keep})"),
        WienerExpression filter => Text($"wiener({filter.Operand}, {filter.Signal}, {filter.Noise}, power {filter.Power}, {filter.Size} elements {filter.Stride} apart)"),
        _ => expression.GetType().Name,
    };

    private static string Closed(TensorExpression operand) => operand is BinaryExpression ? $"({operand})" : Of(operand);

    private static string Single(TensorExpression operand) =>
        operand is BinaryExpression or UnaryExpression { Operation: not UnaryOperation.Abs } or ConstantExpression { Value: < 0 } ? $"({operand})" : Of(operand);

    private static string NameOf(Reduction reduction) => reduction switch
    {
        Reduction.Mean => "mean",
        Reduction.Sum => "sum",
        _ => "max",
    };

    private static char SignOf(BinaryOperation operation) => operation switch
    {
        BinaryOperation.Add => '+',
        BinaryOperation.Subtract => '−',
        BinaryOperation.Multiply => '·',
        _ => '/',
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
