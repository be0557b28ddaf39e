namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>Image tokens, latents, convolutional features and a vector; some longer than a block, none a multiple of everything.</summary>
    private static readonly TensorShape[] FeatureShapes = [new(64, 192), new(64, 48), new(45, 70), new(3, 24, 20), new(4321)];

    private static readonly ISimilarityEstimator[] Estimators =
    [
        SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.MeanAbsoluteDifference,
        SimilarityEstimator.Magnitude, SimilarityEstimator.PooledRelativeL1(1), SimilarityEstimator.PooledRelativeL1(10),
        SimilarityEstimator.PooledRelativeL1(24), SimilarityEstimator.PooledRelativeL1(512),
    ];

    /// <summary>Every estimator agrees with float64 on every type and shape.</summary>
    public void EstimatorsAgree()
    {
        foreach (var (estimator, shape, type) in from e in Estimators from s in FeatureShapes from t in options.FloatingPointTypes select (e, s, t))
        {
            var (a, b) = (Numbers(1, shape.ElementCount), Numbers(2, shape.ElementCount));
            var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            var actual = Backend.Measure(distance, type, shape, a, b);
            options.Oracle.Evaluate(distance, [ExpressionOracle.Exact(shape, a), ExpressionOracle.Exact(shape, b)], []).Expect([actual]);
        }
    }

    /// <summary>Equal features are at distance zero.</summary>
    public void EqualFeaturesAreAtZero()
    {
        foreach (var (estimator, shape, type) in from e in Estimators where e != SimilarityEstimator.Magnitude from s in FeatureShapes from t in options.FloatingPointTypes select (e, s, t))
        {
            var a = Numbers(1, shape.ElementCount);
            var distance = Backend.Measure(estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape), type, shape, a, a);
            Expect.Equal(0, distance, estimator == SimilarityEstimator.Cosine ? 1e-6f : 0);
        }
    }

    /// <summary>Relative distances from zero are NaN or infinite.</summary>
    public void DistancesFromZero()
    {
        var shape = new TensorShape(45, 70);
        var (zero, some) = (new float[shape.ElementCount], Numbers(1, shape.ElementCount));
        ISimilarityEstimator[] relative = [SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.PooledRelativeL1(10)];
        foreach (var estimator in relative)
        {
            var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            Expect.True(float.IsNaN(Backend.Measure(distance, shape, zero, zero)), estimator.Name);
            Expect.True(float.IsPositiveInfinity(Backend.Measure(distance, shape, some, zero)), estimator.Name);
            Expect.Equal(1, Backend.Measure(distance, shape, zero, some));
        }
    }

    /// <summary>Every approximation agrees with float64.</summary>
    public void ApproximationsAgree()
    {
        Approximation[] approximations =
        [
            Approximation.ReuseOutput, new AddResidual(BoundaryRole.Embedded), new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe),
            new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe, 0.2f, 0.4f), new Extrapolate(0), new Extrapolate(1), new Extrapolate(2, BoundaryRole.Embedded, Damping: 0.5f),
        ];
        foreach (var (approximation, type) in from a in approximations from t in options.FloatingPointTypes select (a, t))
        {
            for (var history = approximation.MinimumHistory; history <= approximation.MaximumHistory; history++)
            {
                CheckApproximation(approximation, history, type);
            }
        }
    }

    /// <summary>How the engine keeps residuals of float16, whose difference may lie beyond what float16 reaches.</summary>
    /// <summary>A halved difference is finite where the difference of float16 is not.</summary>
    public void HalvedDifferencesAreFinite()
    {
        var (shape, limit) = (new TensorShape(3), (float)Half.MaxValue);
        foreach (var type in options.FloatingPointTypes.Where(t => t == ElementType.Float16))
        {
            TensorType[] two = [new(type, shape), new(type, shape)];
            var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
            var halved = Backend.Run(new KernelSignature([.. two], 0, [(0.5f * a) - (0.5f * b)]), [[-41984, 41984, 3], [41984, -41984, 1]])[0];
            Expect.Sequence([-41984f, 41984f, 1f], halved);

            var added = Backend.Run(new KernelSignature([.. two], 0, [(a + (2 * b)).Clamp(-limit, limit)], type), [[41984, 0, 1], halved])[0];
            Expect.Sequence([-41984f, limit, 3f], added);
        }
    }

    /// <summary>Trajectory alignment takes 1 for a γ that is NaN.</summary>
    public void GammaIsOneWhereItIsNotANumber()
    {
        var shape = new TensorShape(4, 9);
        var align = new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe, 0.5f, 3);
        var operands = ApproximationOperands.Of(align, 2);
        var signature = new KernelSignature([.. Enumerable.Repeat(new TensorType(ElementType.Float32, shape), 7)], 0, [align.Build(operands), align.BuildDiagnostic(operands)!]);
        float[] one = [.. Enumerable.Repeat(1f, 36)], probe = [.. Enumerable.Repeat(3f, 36)], residual = [.. Enumerable.Repeat(2f, 36)];

        // base, r₋₁, r₋₂, probe state, base state, q₋₁, q₋₂: all q equal, so that γ is 0/0.
        var outputs = Backend.Run(signature, [one, Numbers(1, 36), Numbers(2, 36), probe, one, residual, residual]);
        Expect.Sequence([1f], outputs[1]);
        Expect.Sequence(Numbers(1, 36).Select(r => 1 + r), outputs[0]);
    }

    private void CheckApproximation(Approximation approximation, int history, ElementType type)
    {
        var shape = new TensorShape(37, 65);
        var expression = approximation.Build(ApproximationOperands.Of(approximation, history));
        var count = Enumerable.Range(0, 16).Last(i => expression.Reads(i)) + 1;
        var signature = new KernelSignature([.. Enumerable.Repeat(new TensorType(type, shape), count)], approximation.ScalarCount(history), [expression]);
        var scalars = new float[signature.Scalars];
        EvaluationInfo[] computed = [new(20, 50, 0, 0.60f), new(18, 50, 0, 0.64f), new(15, 50, 0, 0.70f)];
        approximation.FillScalars(new EvaluationInfo(21, 50, 0, 0.58f), computed.AsSpan(0, history), scalars);
        Backend.ExpectOracle(new KernelCase(signature, [.. Enumerable.Range(0, count).Select(i => Numbers(i, shape.ElementCount))], scalars), options.Oracle);
    }
}
