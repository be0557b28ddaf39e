using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="EulerAncestralSampler"/>; the defaults are those of Stable Diffusion 1.</summary>
public sealed record EulerAncestralOptions : SigmaOptions;

/// <summary>
/// Euler's method with ancestral noise: a step to σ_d below the next level and fresh noise of σ_u up to it, where σ_u² = σ'² (σ² − σ'²)/σ² and
/// σ_d² = σ'² − σ_u². Runs on z = x/√(σ² + 1). Sigma is σ/√(σ² + 1).
/// </summary>
public sealed class EulerAncestralSampler : IRequestedSampler
{
    private readonly EulerAncestralOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public EulerAncestralSampler(EulerAncestralOptions? options = null)
    {
        _options = options ?? new EulerAncestralOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity);
        _options.CheckSigmas();
        _table = new DiffusionTable(_options, finite: true);
    }

    /// <inheritdoc/>
    public string Name => "euler-ancestral";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var (timesteps, sigmas) = SigmaSchedule.Create(_options, _table, request.Steps);
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(request.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var level = NoiseLevel.OfRatio(sigmas[i]);
            var next = SigmaSchedule.LevelAt(sigmas, request.Steps, i + 1);

            // √(σ² − σ'²)/σ of the next level's noise is fresh, σ'/σ of it stays.
            var ratio = sigmas[i + 1] / sigmas[i];
            var fresh = next.Noise * Math.Sqrt(1 - (ratio * ratio));
            var update = ((next.Signal * level.Data(_options.Prediction)) + (next.Noise * ratio * level.Epsilon(_options.Prediction))).ToUpdate();
            evaluations.Add(level.Evaluate(i, timesteps[i], update with { NoiseWeight = (float)fresh }, _options.Prediction));
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable(), SigmaSchedule.InitialScale(_options, sigmas, sigmas[request.FirstStep]));
    }
}
