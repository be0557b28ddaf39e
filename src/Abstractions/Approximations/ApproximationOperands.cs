using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>What an operand of an approximation is.</summary>
public enum ApproximationOperandKind
{
    /// <summary>This evaluation's state at the base.</summary>
    Base,

    /// <summary>What is kept of an evaluation: a state, a residual over the base, or another form.</summary>
    Kept,

    /// <summary>This evaluation's primary state at the probe.</summary>
    Probe,

    /// <summary>This evaluation's primary state at the base, from which the probe's residual is taken.</summary>
    ProbeBase,

    /// <summary>A kept residual of the probe over the base, of the primary state.</summary>
    KeptProbe,

    /// <summary>What the sample's conditional lane keeps of an evaluation.</summary>
    Conditional,
}

/// <summary>One tensor that an approximation's kernel reads.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Entry">Of which kept evaluation, 0 the newest; 0 for what is not kept.</param>
/// <param name="Form">Which of the things that are kept of it, 0 the first.</param>
public readonly record struct ApproximationOperand(ApproximationOperandKind Kind, int Entry = 0, int Form = 0);

/// <summary>
/// What an approximation's expression may read, for one state tensor of the target, and in which order a kernel gets it: the base, the kept entries with
/// their forms, for a probe its state, the base's primary state and the kept probe entries, and last the conditional lane's kept entries. The order is
/// said here and nowhere else.
/// </summary>
/// <param name="History">How many computed evaluations are kept.</param>
/// <param name="HasBase">Whether there is a base.</param>
/// <param name="HasProbe">Whether a probe's residuals are kept as well.</param>
public readonly record struct ApproximationOperands(int History, bool HasBase, bool HasProbe = false)
{
    /// <summary>What the elements of kept residuals are multiplied by when they are read: the engine keeps those of float16 halved. 1 by default.</summary>
    public float KeptUnit { get; init; } = 1;

    /// <summary>The same for the probe's kept residuals.</summary>
    public float KeptProbeUnit { get; init; } = 1;

    /// <summary>What is kept of an evaluation; empty for residuals over the base, or whole states without one.</summary>
    public ImmutableArray<KeptForm> Forms { get; init; } = [];

    /// <summary>Whether the conditional lane's kept entries are read as well.</summary>
    public bool HasConditional { get; init; }

    /// <summary>What an approximation's expression may read with a length of history.</summary>
    public static ApproximationOperands Of(Approximation approximation, int history)
    {
        ArgumentNullException.ThrowIfNull(approximation);
        return new(history, approximation.Base is not null, approximation.Probe is not null)
        {
            Forms = approximation.Forms,
            HasConditional = approximation.ReadsConditional,
        };
    }

    /// <summary>How many things are kept of an evaluation.</summary>
    public int FormCount => Math.Max(1, Forms.Length);

    /// <summary>How many tensors a kernel reads.</summary>
    public int Count => HasConditional ? FirstConditional + Kepts : FirstConditional;

    /// <summary>The operand at a position.</summary>
    /// <param name="position">From 0, below <see cref="Count"/>.</param>
    public ApproximationOperand this[int position] =>
        (uint)position >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(position), position, $"There are {Count} operands.")
        : position < FirstKept ? new(ApproximationOperandKind.Base)
        : position < FirstProbe ? OfEntry(ApproximationOperandKind.Kept, position - FirstKept)
        : position >= FirstConditional ? OfEntry(ApproximationOperandKind.Conditional, position - FirstConditional)
        : position == FirstProbe ? new(ApproximationOperandKind.Probe)
        : position < FirstKeptProbe ? new(ApproximationOperandKind.ProbeBase)
        : new(ApproximationOperandKind.KeptProbe, position - FirstKeptProbe);

    /// <summary>This evaluation's state at the base.</summary>
    /// <exception cref="InvalidOperationException">The approximation names no base.</exception>
    public TensorExpression Base => HasBase
        ? TensorExpression.Input(0)
        : throw new InvalidOperationException("The approximation names no base.");

    /// <summary>What is kept: the state, the residual over the base, or another of the approximation's forms.</summary>
    /// <param name="entry">Of which evaluation, 0 the newest.</param>
    /// <param name="form">Which of <see cref="Approximation.Forms"/>.</param>
    public TensorExpression Kept(int entry, int form = 0) => Read(FirstKept + Place(entry, form), UnitOf(form));

    /// <summary>The same of the sample's conditional lane; in that lane itself it is its own.</summary>
    /// <param name="entry">Of which evaluation, 0 the newest.</param>
    /// <param name="form">Which of <see cref="Approximation.Forms"/>.</param>
    /// <exception cref="InvalidOperationException">The approximation does not say that it reads the conditional lane.</exception>
    public TensorExpression Conditional(int entry, int form = 0) => HasConditional
        ? Read(FirstConditional + Place(entry, form), UnitOf(form))
        : throw new InvalidOperationException($"The approximation does not say that it reads the conditional lane; override {nameof(Approximation.ReadsConditional)}.");

    /// <summary>This evaluation's residual of the probe over the base, of the primary state (q).</summary>
    /// <exception cref="InvalidOperationException">The approximation names no probe.</exception>
    public TensorExpression Probe => TensorExpression.Input(CheckedProbe) - TensorExpression.Input(CheckedProbe + 1);

    /// <summary>The kept residual of the probe over the base, of the primary state: 0 is the newest.</summary>
    /// <exception cref="InvalidOperationException">The approximation names no probe.</exception>
    public TensorExpression KeptProbe(int entry) => Read(CheckedProbe + 2 + Checked(entry), KeptProbeUnit);

    private int Kepts => History * FormCount;

    private int FirstKept => HasBase ? 1 : 0;

    private int FirstProbe => FirstKept + Kepts;

    private int FirstKeptProbe => FirstProbe + 2;

    private int FirstConditional => HasProbe ? FirstKeptProbe + History : FirstProbe;

    private int CheckedProbe => HasProbe ? FirstProbe : throw new InvalidOperationException("The approximation names no probe.");

    private ApproximationOperand OfEntry(ApproximationOperandKind kind, int place) => new(kind, place / FormCount, place % FormCount);

    private int Place(int entry, int form) => (uint)form < (uint)FormCount
        ? (Checked(entry) * FormCount) + form
        : throw new ArgumentOutOfRangeException(nameof(form), form, $"Of an evaluation {FormCount} things are kept.");

    private float UnitOf(int form) => Forms.IsDefaultOrEmpty || Forms[form] == KeptForm.Residual ? KeptUnit : 1;

    private static TensorExpression Read(int position, float unit) => unit == 1 ? TensorExpression.Input(position) : unit * TensorExpression.Input(position);

    private int Checked(int entry) => (uint)entry < (uint)History
        ? entry
        : throw new ArgumentOutOfRangeException(nameof(entry), entry, $"Only {History} computed evaluations are kept.");
}
