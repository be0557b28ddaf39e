using System.Collections.Immutable;
using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>acc += poly(rel(m_prev, m)); skip the stack while acc &lt; τ.</summary>
internal sealed class TeaCachePolicy : ICachePolicy
{
    private readonly string? _fingerprint;
    private readonly string _signal;
    private readonly ImmutableArray<double> _coefficients;
    private readonly bool _clampNegative;
    private readonly Approximation _approximation;

    public TeaCachePolicy(TeaCacheOptions options, string name)
    {
        var preset = TeaCachePreset.Of(options.Family);
        Name = name;
        Threshold = options.Threshold;
        Change = new MeasurementKey(options.Signal ?? preset.Signal);
        _fingerprint = options.ModelFingerprint;
        _signal = Change.Name;
        _coefficients = options.Coefficients.Count > 0 ? [.. options.Coefficients] : preset.Coefficients;
        _clampNegative = options.ClampNegative;
        _approximation = options.Approximation.OfResidual(Embedded);
    }

    public string Name { get; }

    public float Threshold { get; }

    /// <summary>The signal's change since the previous step.</summary>
    public MeasurementKey Change { get; }

    public CachePlan Plan(DenoiserLayout layout) => _fingerprint is null || _fingerprint == layout.Fingerprint
        ? CachePlan.For(layout)
            .Measure(Change, MeasurementSubject.SignalAt(Embedded, _signal), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(Embedded, Detail, _approximation)
        : throw new CachePlanException(
            $"TeaCache's polynomial was fitted to the model with the fingerprint '{_fingerprint}', but '{layout.Name}' has '{layout.Fingerprint}'. Fit one for this model, or leave ModelFingerprint out.");

    public ICachePolicySession CreateSession(in LaneInfo lane) => new TeaCacheSession(this);

    public double Accumulate(double accumulated, float distance) =>
        TeaCacheDecision.Accumulate(accumulated, distance, _coefficients.AsSpan(), _clampNegative);
}
