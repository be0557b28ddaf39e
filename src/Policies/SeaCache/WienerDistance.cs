namespace CachePolicies.Policies;

/// <summary>mean|Ĩ − Ĩ′| / mean|Ĩ′| of two signals, each filtered at its own evaluation's noise level.</summary>
/// <param name="latent">The shape of the latent, which tells the grid of tokens.</param>
/// <param name="grid">The grid of the tokens, where somebody said it.</param>
/// <param name="power">p; <see langword="null"/> for 2, and 3 over three axes.</param>
internal sealed class WienerDistance(TensorShape latent, string? grid, float? power) : ISimilarityEstimator
{
    private const float Least = 1e-6f;

    public string Name => "wiener-relative-l1";

    public int ScalarCount => 4;

    public TensorExpression Distance(TensorExpression current, TensorExpression reference, TensorShape shape)
    {
        var axes = SignalGrid.AxesOf(shape, latent, grid);
        TensorExpression Filtered(TensorExpression signal, int first) => axes.Aggregate(
            signal,
            (e, axis) => e.Wiener(TensorExpression.Scalar(first), TensorExpression.Scalar(first + 1), power ?? (axes.Count > 2 ? 3 : 2), axis.Size, axis.Stride));
        var before = Filtered(reference, 2);
        return (Filtered(current, 0) - before).Abs().Mean() / before.Abs().Mean();
    }

    public void FillScalars(in EvaluationInfo current, in EvaluationInfo reference, Span<float> scalars)
    {
        (scalars[0], scalars[1]) = LevelsOf(current);
        (scalars[2], scalars[3]) = LevelsOf(reference);
    }

    /// <summary>a and b.</summary>
    internal static (float Signal, float Noise) LevelsOf(in EvaluationInfo evaluation)
    {
        var level = evaluation with { Sigma = Math.Clamp(evaluation.Sigma, Least, 1 - Least), Clean = evaluation.Clean };
        return ((float)LogSnr.SignalOf(level), level.Sigma);
    }
}
