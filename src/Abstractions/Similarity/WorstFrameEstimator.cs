namespace CachePolicies;

/// <summary>
/// Another estimator on each frame by itself, and of these distances the largest. The expression is the other's over the shape of one frame, with
/// the frames as one more axis in front: inputs get it, reductions keep it, and what was a number is a number for each frame.
/// </summary>
internal sealed class WorstFrameEstimator(ISimilarityEstimator estimator, FrameAxis frames) : ISimilarityEstimator
{
    public string Name { get; } = $"{estimator.Name}-per-frame";

    public int ScalarCount => estimator.ScalarCount;

    public void FillScalars(in EvaluationInfo current, in EvaluationInfo reference, Span<float> scalars) => estimator.FillScalars(current, reference, scalars);

    public TensorExpression Distance(TensorExpression current, TensorExpression reference, TensorShape shape)
    {
        var frame = frames.FrameOf(shape);
        var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), frame);
        var distances = Lift(distance, FramesOf(current), FramesOf(reference), frame);
        return distance.ShapeOf(frame, frame).Rank == 0 ? distances.Max() : distances;
    }

    private TensorExpression FramesOf(TensorExpression feature) => feature is InputExpression input
        ? TensorExpression.Frames(input.Index, frames.Axis, frames.Count.Size)
        : throw new ArgumentException($"Frames can be told apart in an input tensor, and not in {feature}; measure a tensor that was computed before.", nameof(feature));

    private TensorExpression Lift(TensorExpression expression, TensorExpression current, TensorExpression reference, TensorShape frame)
    {
        TensorExpression Lifted(TensorExpression operand) => Lift(operand, current, reference, frame);
        return expression switch
        {
            InputExpression input => input.Index == 0 ? current : reference,
            ReduceExpression e => e with { Operand = Lifted(e.Operand), Keep = e.Keep + 1 },
            BinaryExpression e when IsNumberOfFrame(e.Left, frame) == IsNumberOfFrame(e.Right, frame) || !(Depends(e.Left) && Depends(e.Right)) =>
                e.Map(Lifted),
            BinaryExpression => throw new CachePlanException(
                $"The estimator '{estimator.Name}' combines each element with a number that is computed of the whole feature, which cannot be done frame by frame; reduce both sides to numbers first, or measure whole features."),
            WienerExpression => throw new CachePlanException($"The estimator '{estimator.Name}' filters over a grid of its own and cannot be taken frame by frame; measure whole features."),
            FramesExpression => throw new CachePlanException($"The estimator '{estimator.Name}' tells frames apart already; it cannot be taken per frame once more."),
            _ => expression.Map(Lifted),
        };
    }

    private static bool Depends(TensorExpression expression) => expression.Reads(0) || expression.Reads(1);

    private static bool IsNumberOfFrame(TensorExpression expression, TensorShape frame) => expression.ShapeOf(frame, frame).Rank == 0;
}
