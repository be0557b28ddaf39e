namespace CachePolicies.Testing;

internal sealed partial class BackendChecks
{
    /// <summary>Tokens in frame-major order, latents with frames behind the channels and before them, and frames along the last axis.</summary>
    private static readonly (TensorShape Shape, FrameAxis Frames)[] Videos =
    [
        (new(60, 35), new(0, 5)), (new(4, 3, 12, 10), new(1, 3)), (new(6, 4, 9, 8), new(0, 2)), (new(20, 12), new(1, 4)), (new(4320), new(0, 2)),
    ];

    /// <summary>Every estimator per frame agrees with float64 on every type.</summary>
    public void FrameEstimatorsAgree()
    {
        foreach (var (estimator, (shape, frames), type) in from e in Estimators from v in Videos from t in options.FloatingPointTypes select (e, v, t))
        {
            var (a, b) = (Numbers(1, shape.ElementCount), Numbers(2, shape.ElementCount));
            var distance = SimilarityEstimator.PerFrame(estimator, frames).Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            var actual = Backend.Measure(distance, type, shape, a, b);
            options.Oracle.Evaluate(distance, [ExpressionOracle.Exact(shape, a), ExpressionOracle.Exact(shape, b)], []).Expect([actual]);
        }
    }

    /// <summary>Frames come to the front in every type.</summary>
    public void FramesComeToTheFront()
    {
        foreach (var ((shape, frames), type) in from v in Videos from t in options.FloatingPointTypes select (v, t))
        {
            var inFront = TensorExpression.Frames(0, frames.Axis, frames.Count.Size);
            var signature = new KernelSignature([new TensorType(type, shape)], 0, [inFront, inFront.Mean(1), inFront.AveragePool(1, 2).Max(1)]);
            Backend.ExpectOracle(new KernelCase(signature, [Numbers(3, shape.ElementCount)], []), options.Oracle);
        }
    }

    /// <summary>One frame that is not finite makes the worst frame so.</summary>
    public void WorstFrameIsNotFinite()
    {
        var (shape, frames) = (new TensorShape(12, 7), new FrameAxis(0, 3));
        ISimilarityEstimator[] relative = [SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.PooledRelativeL1(2)];
        foreach (var (estimator, frame) in from e in relative from f in Enumerable.Range(0, 3) select (e, f))
        {
            var distance = SimilarityEstimator.PerFrame(estimator, frames).Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
            float[] With(float[] numbers, float value) => [.. numbers.Select((x, i) => i / 28 == frame ? value : x)];
            var (a, b) = (Numbers(1, 84), Numbers(2, 84));
            Expect.True(float.IsFinite(Backend.Measure(distance, shape, a, b)), estimator.Name);
            Expect.True(float.IsNaN(Backend.Measure(distance, shape, With(a, float.NaN), b)), estimator.Name);
            Expect.True(float.IsPositiveInfinity(Backend.Measure(distance, shape, With(a, 1), With(b, 0))), estimator.Name);

            // A frame that is 0 now and was 0 in the reference tells nothing: 0/0.
            Expect.True(float.IsNaN(Backend.Measure(distance, shape, With(a, 0), With(b, 0))), estimator.Name);
        }
    }

    /// <summary>Nothing is pooled across frames.</summary>
    public void FramesAreNotPooledTogether()
    {
        // Neighbouring tokens of two frames that cancel each other in a window that holds both.
        var (shape, frames) = (new TensorShape(6, 4), new FrameAxis(0, 2));
        float[] current = [.. Enumerable.Range(0, 24).Select(i => i / 4 is 2 ? 2f : i / 4 is 3 ? 0f : 1f)], reference = [.. Enumerable.Repeat(1f, 24)];
        var pfs = SimilarityEstimator.PooledRelativeL1(1);
        float Distance(ISimilarityEstimator estimator) =>
            Backend.Measure(estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape), shape, current, reference);
        Expect.Equal(0, Distance(pfs));
        Expect.Equal(1 / 3f, Distance(SimilarityEstimator.PerFrame(pfs, frames)), 1e-6f);
    }
}
