using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="HeunSampler"/>.</summary>
public sealed record HeunOptions : SigmaOptions
{
    /// <summary>The largest magnitude of an element of the predicted data.</summary>
    /// <value>Above 0; +∞, the default, for no limit, as models of latents want it.</value>
    public float DataLimit { get; init; } = float.PositiveInfinity;
}

/// <summary>
/// Heun's method in σ (arXiv 2206.00364, algorithm 1): Euler's step, and then the same step again with the mean of the slopes at its ends. Two evaluations
/// a step, one for the last. Runs on z = x/√(σ² + 1). Sigma is σ/√(σ² + 1).
/// </summary>
public sealed class HeunSampler : IRequestedSampler
{
    private readonly HeunOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public HeunSampler(HeunOptions? options = null)
    {
        _options = options ?? new HeunOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample);
        _options.CheckSigmas();
        SettingRules.Require(_options.DataLimit > 0, nameof(_options.DataLimit), _options.DataLimit, "above 0");
        _table = new DiffusionTable(_options, finite: true);
    }

    /// <inheritdoc/>
    public string Name => "heun";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var (timesteps, sigmas) = SigmaSchedule.Create(_options, _table, request.Steps);
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>((2 * (request.Steps - request.FirstStep)) - 1);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var isLast = i == request.Steps - 1;
            var level = NoiseLevel.OfRatio(sigmas[i]);
            var next = SigmaSchedule.LevelAt(sigmas, request.Steps, i + 1);
            evaluations.Add(level.Evaluate(i, timesteps[i], First(sigmas[i], sigmas[i + 1], level, next) with { Anchor = isLast ? null : AnchorUpdate.HoldLatent }, _options.Prediction));
            if (!isLast)
            {
                evaluations.Add(next.Evaluate(i, timesteps[i + 1], Second(sigmas[i], sigmas[i + 1], level, next), _options.Prediction));
            }
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable(), SigmaSchedule.InitialScale(_options, sigmas, sigmas[request.FirstStep]));
    }

    /// <summary>x + (σ' − σ) d with the slope d = (x − x₀)/σ.</summary>
    private SamplerUpdate First(double sigma, double nextSigma, NoiseLevel level, NoiseLevel next)
    {
        var ratio = (nextSigma - sigma) / sigma;
        var update = new SamplerUpdate((float)(next.Signal / level.Signal * (1 + ratio)), [(float)(-next.Signal * ratio)]);
        return Estimated(update, level);
    }

    /// <summary>w + (σ' − σ)(d + d')/2 from the latent w that the step began with, with the slope d' at its end.</summary>
    private SamplerUpdate Second(double sigma, double nextSigma, NoiseLevel level, NoiseLevel next)
    {
        var atStart = (nextSigma - sigma) / (2 * sigma);
        var atEnd = (nextSigma - sigma) / (2 * nextSigma);
        var update = new SamplerUpdate((float)atEnd, [(float)(-next.Signal * atEnd), (float)(-next.Signal * atStart)])
        {
            AnchorWeight = (float)(next.Signal / level.Signal * (1 + atStart)),
            KeepsEstimate = false,
        };
        return Estimated(update, next);
    }

    private SamplerUpdate Estimated(SamplerUpdate update, NoiseLevel level) =>
        level.Data(_options.Prediction).AsEstimateOf(update) with { EstimateLimit = _options.DataLimit };
}
