using Xunit;

namespace CachePolicies.TestSupport;

public abstract partial class BackendContract
{
    /// <summary>Image tokens, latents, convolutional features and a vector; some longer than a block, none a multiple of everything.</summary>
    private static readonly TensorShape[] FeatureShapes = [new(64, 192), new(64, 48), new(45, 70), new(3, 24, 20), new(4321)];

    private static readonly ISimilarityEstimator[] Estimators =
    [
        SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.MeanAbsoluteDifference,
        SimilarityEstimator.Magnitude, SimilarityEstimator.PooledRelativeL1(1), SimilarityEstimator.PooledRelativeL1(10),
        SimilarityEstimator.PooledRelativeL1(24), SimilarityEstimator.PooledRelativeL1(512),
    ];

    [Fact]
    public void Every_estimator_agrees_with_float64_on_every_type_and_shape()
    {
        foreach (var (estimator, shape, type) in from e in Estimators from s in FeatureShapes from t in FloatingPointTypes select (e, s, t))
        {
            var (a, b) = (Numbers(1, shape.ElementCount), Numbers(2, shape.ElementCount));
            var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            var actual = Backend.Measure(distance, type, shape, a, b);
            Oracle.Evaluate(distance, [ExpressionOracle.Exact(shape, a), ExpressionOracle.Exact(shape, b)], []).AssertMatches([actual]);
        }
    }

    [Fact]
    public void Equal_features_are_at_distance_zero()
    {
        foreach (var (estimator, shape, type) in from e in Estimators where e != SimilarityEstimator.Magnitude from s in FeatureShapes from t in FloatingPointTypes select (e, s, t))
        {
            var a = Numbers(1, shape.ElementCount);
            var distance = Backend.Measure(estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape), type, shape, a, a);
            Assert.Equal(0, distance, estimator == SimilarityEstimator.Cosine ? 1e-6f : 0);
        }
    }

    [Fact]
    public void Relative_distances_from_zero_are_not_a_number_or_infinite()
    {
        var shape = new TensorShape(45, 70);
        var (zero, some) = (new float[shape.ElementCount], Numbers(1, shape.ElementCount));
        ISimilarityEstimator[] relative = [SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.PooledRelativeL1(10)];
        foreach (var estimator in relative)
        {
            var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            Assert.True(float.IsNaN(Backend.Measure(distance, shape, zero, zero)), estimator.Name);
            Assert.True(float.IsPositiveInfinity(Backend.Measure(distance, shape, some, zero)), estimator.Name);
            Assert.Equal(1, Backend.Measure(distance, shape, zero, some));
        }
    }

    [Fact]
    public void Every_approximation_agrees_with_float64()
    {
        Approximation[] approximations =
        [
            Approximation.ReuseOutput, new AddResidual(BoundaryRole.Embedded), new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe),
            new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe, 0.2f, 0.4f), new Extrapolate(0), new Extrapolate(1), new Extrapolate(2, BoundaryRole.Embedded, Damping: 0.5f),
        ];
        foreach (var (approximation, type) in from a in approximations from t in FloatingPointTypes select (a, t))
        {
            for (var history = approximation.MinimumHistory; history <= approximation.MaximumHistory; history++)
            {
                AssertApproximates(approximation, history, type);
            }
        }
    }

    /// <summary>How the engine keeps residuals of float16, whose difference may lie beyond what float16 reaches.</summary>
    [Fact]
    public void A_halved_difference_is_finite_where_the_difference_of_float16_is_not()
    {
        var (shape, limit) = (new TensorShape(3), (float)Half.MaxValue);
        foreach (var type in FloatingPointTypes.Where(t => t == ElementType.Float16))
        {
            TensorType[] two = [new(type, shape), new(type, shape)];
            var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
            var halved = Backend.Run(new KernelSignature([.. two], 0, [(0.5f * a) - (0.5f * b)]), [[-41984, 41984, 3], [41984, -41984, 1]])[0];
            Assert.Equal([-41984f, 41984f, 1f], halved);

            var added = Backend.Run(new KernelSignature([.. two], 0, [(a + (2 * b)).Clamp(-limit, limit)], type), [[41984, 0, 1], halved])[0];
            Assert.Equal([-41984f, limit, 3f], added);
        }
    }

    [Fact]
    public void Trajectory_alignment_takes_one_for_a_gamma_that_is_not_a_number()
    {
        var shape = new TensorShape(4, 9);
        var align = new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe, 0.5f, 3);
        var operands = ApproximationOperands.Of(align, 2);
        var signature = new KernelSignature([.. Enumerable.Repeat(new TensorType(ElementType.Float32, shape), 7)], 0, [align.Build(operands), align.BuildDiagnostic(operands)!]);
        float[] one = [.. Enumerable.Repeat(1f, 36)], probe = [.. Enumerable.Repeat(3f, 36)], residual = [.. Enumerable.Repeat(2f, 36)];

        // base, r₋₁, r₋₂, probe state, base state, q₋₁, q₋₂: all q equal, so that γ is 0/0.
        var outputs = Backend.Run(signature, [one, Numbers(1, 36), Numbers(2, 36), probe, one, residual, residual]);
        Assert.Equal([1f], outputs[1]);
        Assert.Equal(Numbers(1, 36).Select(r => 1 + r), outputs[0]);
    }

    private void AssertApproximates(Approximation approximation, int history, ElementType type)
    {
        var shape = new TensorShape(37, 65);
        var expression = approximation.Build(ApproximationOperands.Of(approximation, history));
        var count = Enumerable.Range(0, 16).Last(i => expression.Reads(i)) + 1;
        var signature = new KernelSignature([.. Enumerable.Repeat(new TensorType(type, shape), count)], approximation.ScalarCount(history), [expression]);
        var scalars = new float[signature.Scalars];
        EvaluationInfo[] computed = [new(20, 50, 0, 0.60f), new(18, 50, 0, 0.64f), new(15, 50, 0, 0.70f)];
        approximation.FillScalars(new EvaluationInfo(21, 50, 0, 0.58f), computed.AsSpan(0, history), scalars);
        Backend.AssertMatchesOracle(new KernelCase(signature, [.. Enumerable.Range(0, count).Select(i => Numbers(i, shape.ElementCount))], scalars), Oracle);
    }
}
