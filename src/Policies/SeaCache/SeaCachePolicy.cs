namespace CachePolicies.Policies;

/// <summary>acc += the filtered signal's change; skip while acc &lt; δ.</summary>
internal sealed class SeaCachePolicy(SeaCacheOptions options, string name) : ICachePolicy
{
    private readonly bool _readsLatent = options.Signal == SeaCacheSignal.Latent;
    private readonly string _feature = options.Feature;
    private readonly string? _grid = options.Grid;
    private readonly float? _power = options.Power;
    private readonly Approximation _approximation = options.Signal == SeaCacheSignal.Latent ? options.Approximation.OfOutput() : options.Approximation.OfResidual(BoundaryRole.Embedded);

    public string Name => name;

    public float Threshold { get; } = options.Threshold;

    /// <summary>The filtered signal's change since the previous step.</summary>
    public MeasurementKey Change { get; } = new(options.Signal == SeaCacheSignal.Latent ? "latent" : options.Feature);

    /// <summary>Where a skip leads.</summary>
    public BoundaryRef To { get; } = options.Signal == SeaCacheSignal.Latent ? BoundaryRole.Output : BoundaryRole.Detail;

    public CachePlan Plan(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        BoundaryRef from = _readsLatent ? BoundaryRole.Latent : BoundaryRole.Embedded;
        var subject = _readsLatent ? MeasurementSubject.StateAt(from) : FirstBlockInput.Of(layout, _feature == FirstBlockInput.Modulated ? null : _feature);
        var plan = CachePlan.For(layout)
            .Measure(Change, subject, new WienerDistance(layout.Latent.Primary.Shape, _grid, _power), ReferenceUpdate.EveryEvaluation)
            .Skip(from, To, _approximation);
        if (!_readsLatent && FirstBlockInput.IsMissing(layout, _feature))
        {
            plan = plan.Note($"{Name} measures the state before the first block: '{layout.Name}' has no modulated input. Signal=Latent looks at the latent.");
        }

        var signal = layout.Boundaries[plan.Measurements[0].Boundary].Tensors[plan.Measurements[0].Tensor].Shape;
        return !signal.IsConcrete || !layout.Latent.Primary.Shape.IsConcrete || SignalGrid.IsKnown(signal, layout.Latent.Primary.Shape, _grid)
            ? plan
            : plan.Note($"{Name} takes the tokens of '{Change}' for a grid of {string.Join("x", SignalGrid.AxesOf(signal, layout.Latent.Primary.Shape, _grid).Select(a => a.Size))}; set Grid where that is wrong.");
    }

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private sealed class Session(SeaCachePolicy policy) : ICachePolicySession
    {
        private double _accumulated;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            CacheDecision.SkipWhileBelow(SeaCacheDecision.Accumulate(_accumulated, visit.Distance(policy.Change)), policy.Threshold, policy.To);

        public void Complete(in EvaluationOutcome outcome) =>
            _accumulated = outcome.FullyComputed ? 0 : SeaCacheDecision.Accumulate(_accumulated, outcome.Distance(policy.Change));
    }
}
