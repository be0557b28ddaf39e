namespace CachePolicies;

/// <summary>What an operand of an approximation is.</summary>
public enum ApproximationOperandKind
{
    /// <summary>This evaluation's state at the base.</summary>
    Base,

    /// <summary>A kept state, or residual over the base.</summary>
    Kept,

    /// <summary>This evaluation's primary state at the probe.</summary>
    Probe,

    /// <summary>This evaluation's primary state at the base, from which the probe's residual is taken.</summary>
    ProbeBase,

    /// <summary>A kept residual of the probe over the base, of the primary state.</summary>
    KeptProbe,
}

/// <summary>One tensor that an approximation's kernel reads.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Entry">Of which kept evaluation, 0 the newest; 0 for what is not kept.</param>
public readonly record struct ApproximationOperand(ApproximationOperandKind Kind, int Entry = 0);

/// <summary>
/// What an approximation's expression may read, for one state tensor of the target, and in which order a kernel gets it: the base, the kept entries, and
/// for a probe its state, the base's primary state and the kept probe entries. The order is said here and nowhere else.
/// </summary>
/// <param name="History">How many computed evaluations are kept.</param>
/// <param name="HasBase">Whether residuals over a base are kept.</param>
/// <param name="HasProbe">Whether a probe's residuals are kept as well.</param>
public readonly record struct ApproximationOperands(int History, bool HasBase, bool HasProbe = false)
{
    /// <summary>What the elements of kept residuals are multiplied by when they are read: the engine keeps those of float16 halved. 1 by default.</summary>
    public float KeptUnit { get; init; } = 1;

    /// <summary>The same for the probe's kept residuals.</summary>
    public float KeptProbeUnit { get; init; } = 1;

    /// <summary>What an approximation's expression may read with a length of history.</summary>
    public static ApproximationOperands Of(Approximation approximation, int history)
    {
        ArgumentNullException.ThrowIfNull(approximation);
        return new(history, approximation.Base is not null, approximation.Probe is not null);
    }

    /// <summary>How many tensors a kernel reads.</summary>
    public int Count => HasProbe ? FirstKeptProbe + History : FirstProbe;

    /// <summary>The operand at a position.</summary>
    /// <param name="position">From 0, below <see cref="Count"/>.</param>
    public ApproximationOperand this[int position] =>
        (uint)position >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(position), position, $"There are {Count} operands.")
        : position < FirstKept ? new(ApproximationOperandKind.Base)
        : position < FirstProbe ? new(ApproximationOperandKind.Kept, position - FirstKept)
        : position == FirstProbe ? new(ApproximationOperandKind.Probe)
        : position < FirstKeptProbe ? new(ApproximationOperandKind.ProbeBase)
        : new(ApproximationOperandKind.KeptProbe, position - FirstKeptProbe);

    /// <summary>This evaluation's state at the base.</summary>
    /// <exception cref="InvalidOperationException">The approximation names no base.</exception>
    public TensorExpression Base => HasBase
        ? TensorExpression.Input(0)
        : throw new InvalidOperationException("The approximation names no base.");

    /// <summary>The kept state, or residual over the base: 0 is the newest.</summary>
    public TensorExpression Kept(int entry) => Read(FirstKept + Checked(entry), KeptUnit);

    /// <summary>This evaluation's residual of the probe over the base, of the primary state (q).</summary>
    /// <exception cref="InvalidOperationException">The approximation names no probe.</exception>
    public TensorExpression Probe => TensorExpression.Input(CheckedProbe) - TensorExpression.Input(CheckedProbe + 1);

    /// <summary>The kept residual of the probe over the base, of the primary state: 0 is the newest.</summary>
    /// <exception cref="InvalidOperationException">The approximation names no probe.</exception>
    public TensorExpression KeptProbe(int entry) => Read(CheckedProbe + 2 + Checked(entry), KeptProbeUnit);

    private int FirstKept => HasBase ? 1 : 0;

    private int FirstProbe => FirstKept + History;

    private int FirstKeptProbe => FirstProbe + 2;

    private int CheckedProbe => HasProbe ? FirstProbe : throw new InvalidOperationException("The approximation names no probe.");

    private static TensorExpression Read(int position, float unit) => unit == 1 ? TensorExpression.Input(position) : unit * TensorExpression.Input(position);

    private int Checked(int entry) => (uint)entry < (uint)History
        ? entry
        : throw new ArgumentOutOfRangeException(nameof(entry), entry, $"Only {History} computed evaluations are kept.");
}
