using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="EulerSampler"/>; the defaults are those of Stable Diffusion XL.</summary>
public sealed record EulerOptions : SigmaOptions
{
    /// <summary>Whether σ runs evenly in log σ over all training steps, while the timesteps stay as they are spaced.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LogLinear { get; init; }

    /// <summary>Whether the model's timestep is ln(σ)/4.</summary>
    /// <value>The default is <see langword="false"/>; velocity prediction alone has it.</value>
    public bool ContinuousTimesteps { get; init; }
}

/// <summary>
/// Euler's method in σ (arXiv 2206.00364, algorithm 1): x' = x + (σ' − σ)(x − x₀)/σ, run on z = x/√(σ² + 1), the scale that the model knows, so that
/// nothing is scaled between steps. Sigma is σ/√(σ² + 1).
/// </summary>
public sealed class EulerSampler : IRequestedSampler
{
    private readonly EulerOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public EulerSampler(EulerOptions? options = null)
    {
        _options = options ?? new EulerOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample);
        _options.CheckSigmas();
        if (_options is { ContinuousTimesteps: true, Prediction: not PredictionType.Velocity })
        {
            throw new ArgumentException($"{nameof(EulerOptions.ContinuousTimesteps)} needs a model that predicts velocity, not {_options.Prediction}.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: true);
    }

    /// <inheritdoc/>
    public string Name => "euler";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var (timesteps, sigmas) = SigmaSchedule.Create(_options, _table, request.Steps, _options.LogLinear);
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(request.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < request.Steps; i++)
        {
            var level = NoiseLevel.OfRatio(sigmas[i]);
            var next = SigmaSchedule.LevelAt(sigmas, request.Steps, i + 1);
            var update = ((next.Signal * level.Data(_options.Prediction)) + (next.Noise * level.Epsilon(_options.Prediction))).ToUpdate();
            evaluations.Add(level.Evaluate(i, _options.ContinuousTimesteps ? Math.Log(sigmas[i]) / 4 : timesteps[i], update, _options.Prediction));
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable(), SigmaSchedule.InitialScale(_options, sigmas, sigmas[request.FirstStep]));
    }
}
