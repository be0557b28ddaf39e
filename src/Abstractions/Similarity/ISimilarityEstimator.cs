namespace CachePolicies;

/// <summary>How far apart two features are: one non-negative number, 0 for equal ones, given as an expression.</summary>
public interface ISimilarityEstimator
{
    /// <summary>The name in configuration, traces and telemetry.</summary>
    string Name { get; }

    /// <summary>The distance of <paramref name="current"/> from <paramref name="reference"/>, a scalar expression.</summary>
    /// <param name="current">a: the feature of this evaluation.</param>
    /// <param name="reference">b: the feature it is compared with, of the same shape.</param>
    /// <param name="shape">Their shape for one lane, concrete.</param>
    TensorExpression Distance(TensorExpression current, TensorExpression reference, TensorShape shape);

    /// <summary>How many numbers of the two evaluations the expression reads as <see cref="TensorExpression.Scalar"/>. The default is 0.</summary>
    int ScalarCount => 0;

    /// <summary>Fills the numbers. Called at each measurement; allocates nothing.</summary>
    /// <param name="current">The evaluation of the current feature.</param>
    /// <param name="reference">The evaluation of the reference; the current one where none is needed.</param>
    /// <param name="scalars">As many as <see cref="ScalarCount"/> says.</param>
    void FillScalars(in EvaluationInfo current, in EvaluationInfo reference, Span<float> scalars)
    {
    }
}
