using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="LcmSampler"/>; the defaults are those of LCM for Stable Diffusion 1.</summary>
public sealed record LcmOptions : DiffusionOptions
{
    /// <summary>The steps of the schedule that the model was distilled on, from which those of a generation are taken.</summary>
    /// <value>From 1 to <see cref="DiffusionOptions.TrainingSteps"/>. The default is 50.</value>
    public int DistillationSteps { get; init; } = 50;

    /// <summary>What the timestep is multiplied by in the boundary conditions.</summary>
    /// <value>Finite, above 0. The default is 10.</value>
    public double TimestepScaling { get; init; } = 10;

    /// <summary>The largest magnitude of an element of the predicted data.</summary>
    /// <value>Above 0; +∞, the default, for no limit, as models of latents want it.</value>
    public float DataLimit { get; init; } = float.PositiveInfinity;
}

/// <summary>
/// Multistep sampling of latent consistency models (arXiv 2310.04378, algorithm 3): the data is predicted in one step, c_out x₀ + c_skip z, and noised
/// again to the next level with fresh noise; the last prediction is the result. Sigma is √(1 − ᾱ).
/// </summary>
public sealed class LcmSampler : IRequestedSampler
{
    private const double DataDeviation = 0.5;
    private readonly LcmOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public LcmSampler(LcmOptions? options = null)
    {
        _options = options ?? new LcmOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample);
        SettingRules.Require(
            _options.DistillationSteps >= 1 && _options.DistillationSteps <= _options.TrainingSteps,
            nameof(_options.DistillationSteps), _options.DistillationSteps, $"from 1 to the number of training steps, {_options.TrainingSteps}");
        SettingRules.Require(_options.TimestepScaling > 0 && double.IsFinite(_options.TimestepScaling), nameof(_options.TimestepScaling), _options.TimestepScaling, "a finite number above 0");
        SettingRules.Require(_options.DataLimit > 0, nameof(_options.DataLimit), _options.DataLimit, "above 0");
        if (_options is { ZeroTerminalSnr: true, Prediction: PredictionType.Epsilon })
        {
            throw new ArgumentException("Noise says nothing of the data where none of it is left: zero terminal SNR needs a model that predicts velocity or data.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: false);
    }

    /// <inheritdoc/>
    public string Name => "lcm";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        SettingRules.Require(
            request.Checked().Steps <= _options.DistillationSteps, "The number of steps", request.Steps, $"at most the {_options.DistillationSteps} steps of the distillation");
        var stride = _options.TrainingSteps / _options.DistillationSteps;
        int TimestepAt(int i) => ((_options.DistillationSteps - (int)Math.Floor((double)i * _options.DistillationSteps / request.Steps)) * stride) - 1;

        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(request.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var timestep = TimestepAt(i);
            var level = NoiseLevel.OfAlphaBar(_table.AlphaBarAt(timestep));
            var next = i == request.Steps - 1 ? NoiseLevel.Clean : NoiseLevel.OfAlphaBar(_table.AlphaBarAt(TimestepAt(i + 1)));
            evaluations.Add(level.Evaluate(i, timestep, UpdateTo(next, level, timestep * _options.TimestepScaling), _options.Prediction));
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable());
    }

    private SamplerUpdate UpdateTo(NoiseLevel next, NoiseLevel level, double time)
    {
        const double Variance = DataDeviation * DataDeviation;
        var skip = Variance / ((time * time) + Variance);
        var keep = time / Math.Sqrt((time * time) + Variance);
        var update = new SamplerUpdate((float)(next.Signal * skip), [(float)(next.Signal * keep)])
        {
            NoiseWeight = (float)next.Noise,
            EstimateLimit = _options.DataLimit,
        };
        return level.Data(_options.Prediction).AsEstimateOf(update);
    }
}
