namespace CachePolicies.Backends.Numerics.Plans;

/// <summary>A compiled kernel: levels that run one after the other, over registers, numbers and scratch memory. Immutable.</summary>
internal sealed record KernelPlan
{
    /// <summary>The most elements that are summed in float32 before the sum goes to float64.</summary>
    public const int LongestBlock = 2048;

    /// <summary>Where each register finds its elements.</summary>
    public required Register[] Registers { get; init; }

    /// <summary>The numbers as they are before a run: constants in place. The run-time scalars come first.</summary>
    public required float[] Numbers { get; init; }

    /// <summary>Inputs of rank 0, which are numbers.</summary>
    public required (int Input, int Number)[] NumberInputs { get; init; }

    /// <summary>Outputs of rank 0, which are numbers.</summary>
    public required (int Output, int Number)[] NumberOutputs { get; init; }

    /// <summary>What runs, in order.</summary>
    public required Level[] Levels { get; init; }

    /// <summary>Inputs whose frames are read one after another though they lie apart.</summary>
    public required FrameView[] FrameViews { get; init; }

    /// <summary>How many accumulators the busiest pass has.</summary>
    public required int Accumulators { get; init; }

    /// <summary>Bytes of scratch memory, each buffer on a cache line of its own.</summary>
    public required long ScratchBytes { get; init; }
}

/// <summary>Arithmetic on the numbers that are known by now, then passes over memory, then filters over what they stored.</summary>
internal sealed record Level(Instruction[] Numbers, Pass[] Passes, FilterStep[] Filters);

/// <summary>One pass over memory.</summary>
/// <param name="Loop">What is done with each block.</param>
/// <param name="Elements">Elements of the pass's shape.</param>
/// <param name="BlockLength">The most elements that are processed at a time.</param>
/// <param name="GroupLength">No block crosses a multiple of this.</param>
/// <param name="Results">What the accumulators become.</param>
internal sealed record Pass(Loop Loop, long Elements, int BlockLength, long GroupLength, Result[] Results)
{
    /// <summary>Whether an accumulator makes more than one number.</summary>
    public bool IsGrouped => GroupLength < Elements;
}

/// <summary>What an accumulator becomes when its group of elements ends.</summary>
/// <param name="Reduction">Whether it holds a sum, a sum that becomes a mean, or the largest.</param>
/// <param name="GroupLength">Elements that make one number.</param>
/// <param name="Number">The number it becomes, or <see cref="Instruction.Nothing"/>.</param>
/// <param name="ResultOffset">Where in the scratch memory the numbers of all groups lie, where they are several.</param>
internal readonly record struct Result(Reduction Reduction, long GroupLength, int Number, long ResultOffset);

/// <summary>What is done with a block of consecutive elements: pooled rows are produced, then the instructions run.</summary>
/// <param name="Columns">Elements of a row, where the loop works row by row.</param>
/// <param name="Pools">What produces rows of pooled elements.</param>
/// <param name="Body">What is done with the block.</param>
internal sealed record Loop(int Columns, PoolStep[] Pools, Instruction[] Body);

/// <summary>Produces a row of average-pooled elements from the rows of its windows.</summary>
/// <param name="Source">What produces a row of the elements that are pooled.</param>
/// <param name="SourceRows">Rows of one plane of the source.</param>
/// <param name="PooledRows">Rows of one plane of the result.</param>
/// <param name="PooledColumns">Columns of the result.</param>
/// <param name="WindowRows">Rows of a window.</param>
/// <param name="WindowColumns">Columns of a window.</param>
/// <param name="Entries">What is pooled.</param>
internal sealed record PoolStep(Loop Source, int SourceRows, int PooledRows, int PooledColumns, int WindowRows, int WindowColumns, PoolEntry[] Entries)
{
    /// <summary>The columns of the source that windows cover; the ragged edge is not even computed.</summary>
    public int CoveredColumns => PooledColumns * WindowColumns;
}

/// <summary>One tensor that is pooled.</summary>
/// <param name="Source">The register that holds the source's row.</param>
/// <param name="Target">The register that gets the pooled row.</param>
/// <param name="ColumnsOffset">Where in the scratch memory the columns are summed up, in float32.</param>
/// <param name="WindowsOffset">Where in the scratch memory the windows are summed up, in float64.</param>
internal readonly record struct PoolEntry(int Source, int Target, long ColumnsOffset, long WindowsOffset);

/// <summary>How the frames of an input lie in memory: <c>[Planes, Frames, Run]</c>, read as <c>[Frames, Planes, Run]</c>.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Planes">The product of the axes before the frames.</param>
/// <param name="Frames">How many frames there are.</param>
/// <param name="Run">Elements of a frame that lie side by side.</param>
internal readonly record struct FrameView(ElementType Type, long Planes, long Frames, long Run)
{
    /// <summary>Whether the frames are in front as they lie.</summary>
    public bool IsInOrder => Planes == 1 || Frames == 1;

    /// <summary>Where in memory the element at a place of the order <c>[Frames, Planes, Run]</c> lies.</summary>
    public long PlaceOf(long element)
    {
        var (run, within) = Math.DivRem(element, Run);
        var (frame, plane) = Math.DivRem(run, Planes);
        return (((plane * Frames) + frame) * Run) + within;
    }
}

/// <summary>What a register points into.</summary>
internal enum RegisterKind : byte
{
    /// <summary>An input of the kernel.</summary>
    Input,

    /// <summary>An output of the kernel.</summary>
    Output,

    /// <summary>Scratch memory.</summary>
    Scratch,
}

/// <summary>Where a register finds its elements: at base + offset of the block · step.</summary>
/// <param name="Kind">What it points into.</param>
/// <param name="Index">The input or output.</param>
/// <param name="Offset">The byte offset, in scratch memory.</param>
/// <param name="Step">Bytes from one element to the next; 0 where each block starts again at the base.</param>
internal readonly record struct Register(RegisterKind Kind, int Index, long Offset, int Step);
