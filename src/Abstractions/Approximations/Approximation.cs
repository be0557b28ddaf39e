using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>
/// How a skipped boundary's state is made from what was computed before. Written as an expression, so it runs on every backend; applied to
/// each state tensor of the target. The engine keeps what it names: states of the target, or their residuals over <see cref="Base"/>, or <see cref="Forms"/>.
/// Derive from it for a method of your own.
/// </summary>
public abstract record Approximation
{
    /// <summary>f_to := cached f_to. No arithmetic at all: the cached tensor itself is handed on.</summary>
    public static Approximation ReuseOutput { get; } = new ReuseOutput();

    /// <summary>The name in records and messages: the type's.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The boundary whose fresh state is added to, or <see langword="null"/> where whole states are kept. At or before the skip's start.</summary>
    public virtual BoundaryRef? Base => null;

    /// <summary>A boundary after <see cref="Base"/> whose residual over it is kept beside, or <see langword="null"/>. At or before the skip's start.</summary>
    public virtual BoundaryRef? Probe => null;

    /// <summary>
    /// What is kept of a computed evaluation, each read as <see cref="ApproximationOperands.Kept"/>. Empty, the default, for one thing: residuals over
    /// <see cref="Base"/>, or whole states without one.
    /// </summary>
    public virtual ImmutableArray<KeptForm> Forms => [];

    /// <summary>Which evaluations are kept. The default is <see cref="HistoryRule.Computed"/>.</summary>
    public virtual HistoryRule History => HistoryRule.Computed;

    /// <summary>Which scalar products of what is kept (the first of <see cref="Forms"/>) a <see cref="SkipPoint"/> tells. The default is none.</summary>
    public virtual KeptProducts Products => KeptProducts.None;

    /// <summary>
    /// Whether the expression reads what the sample's conditional lane keeps (<see cref="ApproximationOperands.Conditional"/>); in that lane it is its own.
    /// It then needs both lanes to have kept the same evaluations; where they have not, the evaluation is computed.
    /// </summary>
    public virtual bool ReadsConditional => false;

    /// <summary>The most computed evaluations that are kept, at least 1.</summary>
    public virtual int MaximumHistory => 1;

    /// <summary>How many must have been computed before this can be used, at least 1.</summary>
    public virtual int MinimumHistory => 1;

    /// <summary>How many run-time numbers the expression reads when <paramref name="history"/> evaluations are kept.</summary>
    public virtual int ScalarCount(int history) => 0;

    /// <summary>Fills the run-time numbers, which the expression reads as <see cref="TensorExpression.Scalar"/>. Called at each skip; allocates nothing.</summary>
    /// <param name="current">The evaluation that is approximated.</param>
    /// <param name="computed">The evaluations that are kept, the newest first.</param>
    /// <param name="scalars">As many as <see cref="ScalarCount"/> says.</param>
    public virtual void FillScalars(in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed, Span<float> scalars)
    {
    }

    /// <summary>The same with all that is known of what is kept; what the engine calls. The default passes on to the other.</summary>
    /// <param name="point">The evaluation that is approximated, and what is kept for it.</param>
    /// <param name="scalars">As many as <see cref="ScalarCount"/> says.</param>
    public virtual void FillScalars(in SkipPoint point, Span<float> scalars) => FillScalars(point.Current, point.Computed, scalars);

    /// <summary>Whether there is an approximation at this point; where there is not, the evaluation is computed, whatever the policy decided. Allocates nothing.</summary>
    /// <param name="point">The evaluation that is to be approximated, and what is kept for it.</param>
    public virtual bool IsDefined(in SkipPoint point) => true;

    /// <summary>Σ|w| of a forecast's weights, for records; <see langword="null"/> for what is not a forecast. Asked only when somebody observes.</summary>
    /// <param name="point">The evaluation that is approximated, and what is kept for it.</param>
    /// <param name="limited">Whether the weights had to be limited.</param>
    public virtual double? GainOf(in SkipPoint point, out bool limited)
    {
        limited = false;
        return null;
    }

    /// <summary>The approximated state. Called once for each number of kept evaluations, when a session is created.</summary>
    public abstract TensorExpression Build(ApproximationOperands operands);

    /// <summary>A number that a record may show beside the skip (trajectory alignment's γ), or <see langword="null"/>. Measured only when somebody observes.</summary>
    public virtual TensorExpression? BuildDiagnostic(ApproximationOperands operands) => null;
}
