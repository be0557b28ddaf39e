using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="DdimSampler"/>; the defaults are those of Stable Diffusion 1.</summary>
public sealed record DdimOptions : DiffusionOptions
{
    /// <summary>Whether ᾱ after the last step is 1, and not that of training step 0.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FinalAlphaIsOne { get; init; }

    /// <summary>The largest magnitude of an element of the predicted data.</summary>
    /// <value>Above 0; +∞, the default, for no limit, as models of latents want it.</value>
    public float DataLimit { get; init; } = float.PositiveInfinity;
}

/// <summary>
/// DDIM with η = 0 (arXiv 2010.02502, equation 12): z' = √ᾱ' x₀ + √(1 − ᾱ') ε, where x₀ and ε are what the model's prediction makes of z.
/// Sigma is √(1 − ᾱ).
/// </summary>
public sealed class DdimSampler : IRequestedSampler
{
    private readonly DdimOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public DdimSampler(DdimOptions? options = null)
    {
        _options = options ?? new DdimOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample);
        SettingRules.Require(_options.DataLimit > 0, nameof(_options.DataLimit), _options.DataLimit, "above 0");
        if (_options is { ZeroTerminalSnr: true, Prediction: PredictionType.Epsilon })
        {
            throw new ArgumentException("Noise says nothing of the data where none of it is left: zero terminal SNR needs a model that predicts velocity or data.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: false);
    }

    /// <inheritdoc/>
    public string Name => "ddim";

    /// <summary>ᾱ of a training step.</summary>
    public double AlphaBarAt(int timestep) => _table.AlphaBarAt(timestep);

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var timesteps = Timesteps.Of(_options, request.Steps);
        var stride = _options.TrainingSteps / request.Steps;
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(request.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var timestep = (int)timesteps[i];
            var level = NoiseLevel.OfAlphaBar(_table.AlphaBarAt(timestep));
            evaluations.Add(level.Evaluate(i, timestep, UpdateTo(LevelAt(timestep - stride), level), _options.Prediction));
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable());
    }

    private NoiseLevel LevelAt(int timestep) =>
        timestep < 0 && _options.FinalAlphaIsOne ? NoiseLevel.Clean : NoiseLevel.OfAlphaBar(_table.AlphaBarAt(timestep));

    private SamplerUpdate UpdateTo(NoiseLevel next, NoiseLevel level)
    {
        var data = level.Data(_options.Prediction);
        var noise = next.Noise * level.Epsilon(_options.Prediction);
        if (float.IsPositiveInfinity(_options.DataLimit))
        {
            return ((next.Signal * data) + noise).ToUpdate();
        }

        // The limit is the data's alone: the noise stays what the model predicts.
        return data.AsEstimateOf(new SamplerUpdate((float)noise.Latent, [(float)next.Signal])
        {
            OutputWeight = (float)noise.Output,
            EstimateLimit = _options.DataLimit,
        });
    }
}
