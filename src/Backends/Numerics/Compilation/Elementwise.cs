using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Compilation;

/// <summary>Operations that make each element of elements at the same place: the same on blocks of tensors and on numbers.</summary>
internal static class Elementwise
{
    /// <summary>The instruction for an expression's operation, without a target; <see langword="null"/> where it is not elementwise.</summary>
    /// <param name="expression">Its operands are all tensors or all numbers.</param>
    /// <param name="placeOf">The register or number of an operand.</param>
    public static Instruction? ToInstruction(TensorExpression expression, Func<TensorExpression, int> placeOf) => expression switch
    {
        UnaryExpression e => new(CodeOf(e.Operation), Instruction.Nothing, placeOf(e.Operand)),
        BinaryExpression e => new(CodeOf(e.Operation), Instruction.Nothing, placeOf(e.Left), placeOf(e.Right)),
        ClampExpression e => new(OpCode.Clamp, Instruction.Nothing, placeOf(e.Operand), X: e.Minimum, Y: e.Maximum),
        ReplaceNaNExpression e => new(OpCode.ReplaceNaN, Instruction.Nothing, placeOf(e.Operand), X: e.Replacement),
        _ => null,
    };

    /// <summary>A tensor on the left, a number on the right.</summary>
    public static OpCode CodeByNumber(BinaryOperation operation) => operation switch
    {
        BinaryOperation.Add => OpCode.AddNumber,
        BinaryOperation.Subtract => OpCode.SubtractNumber,
        BinaryOperation.Multiply => OpCode.MultiplyByNumber,
        _ => OpCode.DivideByNumber,
    };

    /// <summary>A number on the left, a tensor on the right.</summary>
    public static OpCode CodeOfNumber(BinaryOperation operation) => operation switch
    {
        BinaryOperation.Add => OpCode.AddNumber,
        BinaryOperation.Subtract => OpCode.SubtractFromNumber,
        BinaryOperation.Multiply => OpCode.MultiplyByNumber,
        _ => OpCode.DivideNumber,
    };

    private static OpCode CodeOf(UnaryOperation operation) => operation switch
    {
        UnaryOperation.Abs => OpCode.Abs,
        UnaryOperation.Square => OpCode.Square,
        UnaryOperation.Sqrt => OpCode.Sqrt,
        _ => throw new NotSupportedException($"{operation} is not a known operation."),
    };

    private static OpCode CodeOf(BinaryOperation operation) => operation switch
    {
        BinaryOperation.Add => OpCode.Add,
        BinaryOperation.Subtract => OpCode.Subtract,
        BinaryOperation.Multiply => OpCode.Multiply,
        BinaryOperation.Divide => OpCode.Divide,
        _ => throw new NotSupportedException($"{operation} is not a known operation."),
    };
}
