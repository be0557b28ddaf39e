using System.Collections.Immutable;
using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>acc += poly(rel(m_prev, m)); skip the stack while acc &lt; τ.</summary>
internal sealed class TeaCachePolicy : ICachePolicy
{
    private readonly string? _fingerprint;
    private readonly string? _signal;
    private readonly bool _isFitted;
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
        _signal = options.Signal;
        _isFitted = options.Coefficients.Count > 0;
        _coefficients = _isFitted ? [.. options.Coefficients] : preset.Coefficients;
        _clampNegative = options.ClampNegative;
        _approximation = options.Approximation.OfResidual(Embedded);
    }

    public string Name { get; }

    public float Threshold { get; }

    /// <summary>The signal's change since the previous step.</summary>
    public MeasurementKey Change { get; }

    public CachePlan Plan(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (_fingerprint is not null && _fingerprint != layout.Fingerprint)
        {
            throw new CachePlanException(
                $"TeaCache's polynomial was fitted to the model with the fingerprint '{_fingerprint}', but '{layout.Name}' has '{layout.Fingerprint}'. Fit one for this model, or leave ModelFingerprint out.");
        }

        var plan = CachePlan.For(layout)
            .Measure(Change, FirstBlockInput.Of(layout, _signal, Change.Name), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(Embedded, Detail, _approximation);
        return _signal is null && FirstBlockInput.IsMissing(layout, Change.Name)
            ? plan.Note($"{Name} measures the state before the first block: '{layout.Name}' has no modulated input.{(_isFitted ? "" : " Its polynomial was fitted to that: give Coefficients=1,0, or those that 'tune' fits.")}")
            : plan;
    }

    public ICachePolicySession CreateSession(in LaneInfo lane) => new TeaCacheSession(this);

    public double Accumulate(double accumulated, float distance) =>
        TeaCacheDecision.Accumulate(accumulated, distance, _coefficients.AsSpan(), _clampNegative);
}
