namespace CachePolicies;

/// <summary>
/// What is kept of a computed evaluation, as an expression over the skip's target, its base and numbers of that evaluation. Forms that are equal are
/// kept once. Derive from it for one of your own.
/// </summary>
public abstract record KeptForm
{
    /// <summary>The target's state itself, without a copy.</summary>
    public static KeptForm State { get; } = new StateForm();

    /// <summary>Target − base. That of float16 is kept halved, so that it cannot overflow.</summary>
    public static KeptForm Residual { get; } = new ResidualForm();

    /// <summary>The base itself, without a copy: the latent as it was, for a base at <c>latent</c>.</summary>
    public static KeptForm BaseState { get; } = new BaseStateForm();

    /// <summary>The clean picture, x = a · base + b · target, for a skip from <c>latent</c> to <c>output</c> (<see cref="EvaluationInfo.Clean"/>).</summary>
    public static KeptForm CleanPicture { get; } = new CleanPictureForm();

    /// <summary>How many numbers of the computed evaluation the expression reads.</summary>
    public virtual int ScalarCount => 0;

    /// <summary>Whether the expression reads the base.</summary>
    public virtual bool ReadsBase => true;

    /// <summary>The element type in which it is kept: the state's for what is a state or a residual, else float32.</summary>
    /// <param name="state">The state's element type.</param>
    public ElementType TypeFor(ElementType state) => this is StateForm or ResidualForm or BaseStateForm ? state : ElementType.Float32;

    /// <summary>Fills the numbers, which the expression reads as <see cref="TensorExpression.Scalar"/>. Called when an evaluation is kept; allocates nothing.</summary>
    public virtual void FillScalars(in EvaluationInfo computed, Span<float> scalars)
    {
    }

    /// <summary>
    /// What is kept, of the state's shape. Forms of your own are kept in float32 whatever the model's type, so that no number that float32 holds overflows.
    /// </summary>
    /// <param name="target">The target's state.</param>
    /// <param name="origin">The base's state of the same name.</param>
    public abstract TensorExpression Build(TensorExpression target, TensorExpression origin);

    private sealed record StateForm : KeptForm
    {
        public override bool ReadsBase => false;

        public override TensorExpression Build(TensorExpression target, TensorExpression origin) => target;
    }

    private sealed record ResidualForm : KeptForm
    {
        public override TensorExpression Build(TensorExpression target, TensorExpression origin) => target - origin;
    }

    private sealed record BaseStateForm : KeptForm
    {
        public override TensorExpression Build(TensorExpression target, TensorExpression origin) => origin;
    }

    private sealed record CleanPictureForm : KeptForm
    {
        public override int ScalarCount => 2;

        public override void FillScalars(in EvaluationInfo computed, Span<float> scalars) =>
            (scalars[0], scalars[1]) = (computed.Clean.Latent, computed.Clean.Output);

        public override TensorExpression Build(TensorExpression target, TensorExpression origin) =>
            (TensorExpression.Scalar(0) * origin) + (TensorExpression.Scalar(1) * target);
    }
}
