using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// Euler's method for flow matching (rectified flow): z := z + (σ_{i+1} − σ_i) v, for models that predict the velocity v = noise − data.
/// σ runs evenly from 1 to 0 and is shifted as FLUX and SD3 do it: σ' = s σ / (1 + (s − 1) σ).
/// </summary>
public sealed class FlowMatchEulerSampler : ISampler
{
    private readonly float _shift;
    private readonly float _timestepScale;

    /// <summary>Creates a sampler.</summary>
    /// <param name="shift">s, above 0; 1 leaves σ even, FLUX uses e^μ ≈ 3.16 at 1024 × 1024.</param>
    /// <param name="timestepScale">What σ is multiplied by to be the model's timestep: 1, or 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite or not above 0.</exception>
    public FlowMatchEulerSampler(float shift = 1, float timestepScale = 1)
    {
        _shift = Positive(shift, nameof(shift));
        _timestepScale = Positive(timestepScale, nameof(timestepScale));
    }

    /// <inheritdoc/>
    public string Name => "flow-match-euler";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(int steps)
    {
        SamplingSchedule.CheckSteps(steps);
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(steps);
        for (var i = 0; i < steps; i++)
        {
            var sigma = SigmaAt(i, steps, _shift);
            var next = SigmaAt(i + 1, steps, _shift);
            evaluations.Add(new SamplingEvaluation(i, (float)(sigma * _timestepScale), (float)sigma, new SamplerUpdate(1, [(float)(next - sigma)])));
        }

        return new SamplingSchedule(steps, evaluations.MoveToImmutable());
    }

    internal static double SigmaAt(int step, int steps, float shift)
    {
        var even = (double)(steps - step) / steps;
        return shift * even / (1 + ((shift - 1) * even));
    }

    internal static float Positive(float value, string name) => value > 0 && float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "The value must be finite and above 0.");
}

/// <summary>
/// Heun's method for flow matching: two evaluations a step (one for the last), of second order. An evaluation is what policies count, not a step.
/// </summary>
/// <param name="shift">s, above 0, as in <see cref="FlowMatchEulerSampler"/>.</param>
/// <param name="timestepScale">What σ is multiplied by to be the model's timestep.</param>
public sealed class FlowMatchHeunSampler(float shift = 1, float timestepScale = 1) : ISampler
{
    private readonly float _shift = FlowMatchEulerSampler.Positive(shift, nameof(shift));
    private readonly float _timestepScale = FlowMatchEulerSampler.Positive(timestepScale, nameof(timestepScale));

    /// <inheritdoc/>
    public string Name => "flow-match-heun";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(int steps)
    {
        SamplingSchedule.CheckSteps(steps);
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>((2 * steps) - 1);
        for (var i = 0; i < steps; i++)
        {
            var sigma = FlowMatchEulerSampler.SigmaAt(i, steps, _shift);
            var next = FlowMatchEulerSampler.SigmaAt(i + 1, steps, _shift);
            var half = (float)((next - sigma) / 2);
            evaluations.Add(new SamplingEvaluation(i, (float)(sigma * _timestepScale), (float)sigma, new SamplerUpdate(1, [2 * half])));
            if (i < steps - 1)
            {
                // z₁ = z + 2h v₁ is taken back by half and the slope at its end added: z + h (v₁ + v₂).
                evaluations.Add(new SamplingEvaluation(i, (float)(next * _timestepScale), (float)next, new SamplerUpdate(1, [half, -half])));
            }
        }

        return new SamplingSchedule(steps, evaluations.MoveToImmutable());
    }
}
