using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// Heun's method for flow matching: two evaluations a step (one for the last), of second order. An evaluation is what policies count, not a step; the
/// second one of a step is at the noise level of the next step's first one.
/// </summary>
public sealed class FlowMatchHeunSampler : IRequestedSampler
{
    private readonly FlowMatchOptions _options;

    /// <summary>Creates a sampler whose levels run evenly from 1 before the shift.</summary>
    /// <param name="shift">s, above 0, as in <see cref="FlowMatchEulerSampler"/>.</param>
    /// <param name="timestepScale">What σ is multiplied by to be the model's timestep.</param>
    /// <exception cref="ArgumentException">A number is not finite or not above 0.</exception>
    public FlowMatchHeunSampler(float shift = 1, float timestepScale = 1)
        : this(new FlowMatchOptions { Shift = shift, TimestepScale = timestepScale })
    {
    }

    /// <summary>Creates a sampler.</summary>
    /// <param name="options">Its settings; stochastic steps are Euler's alone.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which.</exception>
    public FlowMatchHeunSampler(FlowMatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Checked();
        if (options.Stochastic)
        {
            throw new ArgumentException("Heun's method for flow matching has no stochastic steps; use FlowMatchEulerSampler.", nameof(options));
        }
    }

    /// <inheritdoc/>
    public string Name => "flow-match-heun";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        var sigmas = FlowSchedule.Create(_options, request.Checked());
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>((2 * (request.Steps - request.FirstStep)) - 1);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var (sigma, next) = (sigmas[i], sigmas[i + 1]);
            var isLast = i == request.Steps - 1;
            evaluations.Add(At(i, sigma, new SamplerUpdate(1, [(float)(next - sigma)]) { Anchor = isLast ? null : AnchorUpdate.HoldLatent }));
            if (!isLast)
            {
                var half = (float)((next - sigma) / 2);
                evaluations.Add(At(i, next, new SamplerUpdate(0, [half, half]) { AnchorWeight = 1, KeepsEstimate = false }));
            }
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable());
    }

    private SamplingEvaluation At(int step, double sigma, SamplerUpdate update) =>
        new(step, (float)(sigma * _options.TimestepScale), (float)sigma, update) { Clean = _options.CleanAt(sigma) };
}
