namespace CachePolicies.Backends.Numerics.Plans;

/// <summary>What one instruction does to a block. T, L and R are its target, left and right operand; n is its number.</summary>
internal enum OpCode : byte
{
    /// <summary>T := L, widened from the instruction's element type.</summary>
    Widen,

    /// <summary>T := what is at the block's place where the frames of L are in front, as the instruction's view says, widened.</summary>
    GatherFrames,

    /// <summary>T := L, rounded to the instruction's element type.</summary>
    Narrow,

    /// <summary>T := L + R.</summary>
    Add,

    /// <summary>T := L − R.</summary>
    Subtract,

    /// <summary>T := L · R.</summary>
    Multiply,

    /// <summary>T := L / R.</summary>
    Divide,

    /// <summary>T := L + n.</summary>
    AddNumber,

    /// <summary>T := L − n.</summary>
    SubtractNumber,

    /// <summary>T := L · n.</summary>
    MultiplyByNumber,

    /// <summary>T := L / n.</summary>
    DivideByNumber,

    /// <summary>T := n − L.</summary>
    SubtractFromNumber,

    /// <summary>T := n / L.</summary>
    DivideNumber,

    /// <summary>T := |L|.</summary>
    Abs,

    /// <summary>T := L².</summary>
    Square,

    /// <summary>T := √L.</summary>
    Sqrt,

    /// <summary>T := min(max(L, X), Y).</summary>
    Clamp,

    /// <summary>T := L, or X where L is NaN.</summary>
    ReplaceNaN,

    /// <summary>Accumulator T += Σ L.</summary>
    Sum,

    /// <summary>Accumulator T += Σ |L|.</summary>
    SumOfMagnitudes,

    /// <summary>Accumulator T += Σ L².</summary>
    SumOfSquares,

    /// <summary>Accumulator T += Σ L · R.</summary>
    Dot,

    /// <summary>Accumulator T := max(T, max L).</summary>
    Max,
}

/// <summary>One operation on a block, whose operands are registers, or on numbers, whose operands are numbers.</summary>
/// <param name="Code">What is done.</param>
/// <param name="Target">The register or number that is written, or the accumulator that is added to.</param>
/// <param name="Left">The first operand.</param>
/// <param name="Right">The second operand; <see cref="Nothing"/> where there is one alone.</param>
/// <param name="Number">The number that each element of a block is combined with.</param>
/// <param name="Type">The element type in memory, where elements are widened or narrowed.</param>
/// <param name="View">The view that frames are gathered by.</param>
/// <param name="X">The lower bound, or what is put in NaN's place.</param>
/// <param name="Y">The upper bound.</param>
internal readonly record struct Instruction(
    OpCode Code, int Target, int Left, int Right = Instruction.Nothing, int Number = Instruction.Nothing, ElementType Type = ElementType.Float32, int View = Instruction.Nothing, float X = 0, float Y = 0)
{
    /// <summary>The place of an operand that the operation does not have.</summary>
    public const int Nothing = -1;
}
