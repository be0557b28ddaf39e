namespace CachePolicies.Bench;

/// <summary>
/// The floor of the front: computes the first evaluation at or past each of n marks evenly spaced in log-SNR, and reuses the whole output elsewhere.
/// </summary>
internal sealed class EvenLogSnr(int evaluations) : ICachePolicy
{
    private const double Offset = 0.25;
    private const double End = 0.025;

    public string Name => "EvenLogSnr";

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(evaluations);

    private static double At(double sigma) => Math.Log((1 - sigma + Offset) / sigma);

    private sealed class Session(int evaluations) : ICachePolicySession
    {
        private readonly double _spacing = (At(End) - At(1)) / evaluations;
        private int _computed;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            visit.CanSkip(BoundaryRole.Output) && (_computed == evaluations || At(visit.Evaluation.Sigma) < At(1) + (_computed * _spacing) - 1e-9)
                ? CacheDecision.Skip(BoundaryRole.Output)
                : CacheDecision.Compute;

        public void Complete(in EvaluationOutcome outcome) => _computed += outcome.FullyComputed ? 1 : 0;
    }
}
