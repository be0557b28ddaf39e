namespace CachePolicies.Policies;

/// <summary>
/// Log-SNR of an evaluation, whatever the model predicts. Everything is told as a flow: a latent z = α x + σ ε is the flow's latent z / (α + σ) at
/// t = σ / (α + σ), which is σ itself in flow matching.
/// </summary>
internal static class LogSnr
{
    /// <summary>What is added to the signal, so that the scale begins at a finite number where all is noise and gives the first steps less weight.</summary>
    private const double Offset = 0.35;

    /// <summary>α: 1 − σ in flow matching, else √(1 − σ²).</summary>
    public static double SignalOf(in EvaluationInfo evaluation) => IsFlow(evaluation) ? 1 - (double)evaluation.Sigma : VarianceSignal(evaluation.Sigma);

    /// <summary>t of an evaluation, from 1 (noise) to 0.</summary>
    public static double TimeOf(in EvaluationInfo evaluation) => TimeAt(evaluation, evaluation.Sigma);

    /// <summary>t at another noise level of the same schedule.</summary>
    public static double TimeAt(in EvaluationInfo evaluation, double sigma) => IsFlow(evaluation) ? sigma : sigma / (VarianceSignal(sigma) + sigma);

    /// <summary>L(t) = ln((1 − t + 0.35) / t), rising; +∞ at 0.</summary>
    public static double Of(double time) => Math.Log((1 - time + Offset) / time);

    private static bool IsFlow(in EvaluationInfo evaluation) => evaluation.Clean.Latent == 1;

    private static double VarianceSignal(double sigma) => Math.Sqrt(Math.Max(0, 1 - (sigma * sigma)));
}
