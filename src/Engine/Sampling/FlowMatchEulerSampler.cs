using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// Euler's method for flow matching (rectified flow): z := z + (σ_{i+1} − σ_i) v, for models that predict the velocity v = noise − data.
/// σ runs from 1 to 0 and is shifted as FLUX and SD3 do it (arXiv 2403.03206, section 5.3.2).
/// </summary>
public sealed class FlowMatchEulerSampler : IRequestedSampler
{
    private readonly FlowMatchOptions _options;

    /// <summary>Creates a sampler whose levels run evenly from 1 before the shift.</summary>
    /// <param name="shift">s, above 0; 1 leaves σ even, FLUX uses e^μ ≈ 3.16 at 1024 × 1024.</param>
    /// <param name="timestepScale">What σ is multiplied by to be the model's timestep: 1, or 1,000.</param>
    /// <exception cref="ArgumentException">A number is not finite or not above 0.</exception>
    public FlowMatchEulerSampler(float shift = 1, float timestepScale = 1)
        : this(new FlowMatchOptions { Shift = shift, TimestepScale = timestepScale })
    {
    }

    /// <summary>Creates a sampler.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which.</exception>
    public FlowMatchEulerSampler(FlowMatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Checked();
    }

    /// <inheritdoc/>
    public string Name => "flow-match-euler";

    /// <summary>The settings.</summary>
    public FlowMatchOptions Options => _options;

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        var sigmas = FlowSchedule.Create(_options, request.Checked());
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(request.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var (sigma, next) = (sigmas[i], sigmas[i + 1]);
            var update = _options.Stochastic ? Renoised(sigma, next) : new SamplerUpdate(1, [(float)(next - sigma)]);
            evaluations.Add(new SamplingEvaluation(i, (float)(sigma * _options.TimestepScale), (float)sigma, update) { Clean = _options.CleanAt(sigma) });
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable());
    }

    private static SamplerUpdate Renoised(double sigma, double next) =>
        new((float)(1 - next), [(float)(-(1 - next) * sigma)]) { NoiseWeight = (float)next };
}
