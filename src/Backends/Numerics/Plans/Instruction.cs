namespace CachePolicies.Backends.Numerics.Plans;

/// <summary>What one instruction does to a block. T, L and R are its target, left and right operand.</summary>
internal enum OpCode : byte
{
    /// <summary>T := L, widened from the element type R.</summary>
    Widen,

    /// <summary>T := what is at the unit's place where the frames of L are in front, widened; R is the view.</summary>
    GatherFrames,

    /// <summary>T := L, rounded to the element type R.</summary>
    Narrow,

    /// <summary>T := L + R.</summary>
    Add,

    /// <summary>T := L − R.</summary>
    Subtract,

    /// <summary>T := L · R.</summary>
    Multiply,

    /// <summary>T := L / R.</summary>
    Divide,

    /// <summary>T := L + number R.</summary>
    AddNumber,

    /// <summary>T := L − number R.</summary>
    SubtractNumber,

    /// <summary>T := L · number R.</summary>
    MultiplyByNumber,

    /// <summary>T := L / number R.</summary>
    DivideByNumber,

    /// <summary>T := number R − L.</summary>
    SubtractFromNumber,

    /// <summary>T := number R / L.</summary>
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

/// <summary>One operation on a block, or on numbers.</summary>
/// <param name="Code">What is done.</param>
/// <param name="Target">The register, number or accumulator that is written.</param>
/// <param name="Left">The first register or number.</param>
/// <param name="Right">The second register, number or element type.</param>
/// <param name="X">The lower bound, or what stands for NaN.</param>
/// <param name="Y">The upper bound.</param>
internal readonly record struct Instruction(OpCode Code, int Target, int Left, int Right = 0, float X = 0, float Y = 0);
