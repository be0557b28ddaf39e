namespace CachePolicies.Policies;

/// <summary>Computes one evaluation of each window, and forecasts those between by Chebyshev polynomials.</summary>
internal sealed class SpectrumPolicy(SpectrumOptions options, string name) : ICachePolicy
{
    private readonly BoundaryRef _from = options.From;
    private readonly BoundaryRef _to = options.To;
    private readonly (float First, float Growth, int Warmup) _window = (options.Window, options.WindowGrowth, options.WarmupSteps);
    private readonly LinearForecast _forecast = new(WeightsOf(options))
    {
        MaximumGain = options.MaximumGain,
    };

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(_from, _to, _forecast);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private static ForecastWeights WeightsOf(SpectrumOptions options)
    {
        var global = new ChebyshevWeights(options.Degree, options.Ridge, options.History, options.FreeLine, options.Coordinate);
        return options.GlobalShare == 1 ? global : new BlendedWeights(new NewtonWeights(options.LocalOrder, options.Coordinate), global, options.GlobalShare);
    }

    private sealed class Session(SpectrumPolicy policy) : ICachePolicySession
    {
        private double _window = policy._window.First;
        private int _computed = -1;
        private int _ran;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            !visit.CanSkip(policy._to) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
            : visit.Evaluation.Index - _computed < Math.Floor(_window) ? CacheDecision.Skip(policy._to)
            : CacheDecision.ComputeBecause(ComputeReasons.Interval);

        public void Complete(in EvaluationOutcome outcome)
        {
            if (outcome.FullyComputed)
            {
                _computed = outcome.Evaluation.Index;
                _window += _ran >= policy._window.Warmup ? policy._window.Growth : 0;
            }

            _ran++;
        }
    }
}
