namespace CachePolicies;

/// <summary>
/// How a skipped boundary's state is made from what was computed before. Written as an expression, so it runs on every backend; applied to
/// each state tensor of the target. The engine keeps what it names: states of the target, or their residuals over <see cref="Base"/>.
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

    /// <summary>The approximated state. Called once for each number of kept evaluations, when a session is created.</summary>
    public abstract TensorExpression Build(ApproximationOperands operands);

    /// <summary>A number that a record may show beside the skip (trajectory alignment's γ), or <see langword="null"/>. Measured only when somebody observes.</summary>
    public virtual TensorExpression? BuildDiagnostic(ApproximationOperands operands) => null;
}
