using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="PndmSampler"/>; the defaults are those of Stable Diffusion 1.</summary>
public sealed record PndmOptions : DiffusionOptions
{
    /// <summary>Whether ᾱ after the last step is 1, and not that of training step 0.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool FinalAlphaIsOne { get; init; }
}

/// <summary>
/// Pseudo linear multistep method (arXiv 2202.09778, equations 11 to 13) without the Runge-Kutta start: the first step is done twice, and then four
/// predictions back are combined. n steps are n + 1 evaluations. Sigma is √(1 − ᾱ).
/// </summary>
public sealed class PndmSampler : IRequestedSampler
{
    private static readonly ImmutableArray<ImmutableArray<double>> Combinations =
    [
        [1],
        [0.5, 0.5],
        [3.0 / 2, -1.0 / 2],
        [23.0 / 12, -16.0 / 12, 5.0 / 12],
        [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
    ];

    private readonly PndmOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public PndmSampler(PndmOptions? options = null)
    {
        _options = options ?? new PndmOptions();
        _options.CheckCommon(PredictionType.Epsilon, PredictionType.Velocity);
        if (_options.ZeroTerminalSnr)
        {
            throw new ArgumentException("PNDM has no zero terminal SNR: its transfer divides by ᾱ.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: false);
    }

    /// <inheritdoc/>
    public string Name => "pndm";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var stride = _options.TrainingSteps / request.Steps;
        var steps = Timesteps.Of(_options, request.Steps).Select((t, i) => (Timestep: (int)t, Step: i)).ToList();
        if (steps.Count > 1)
        {
            // The second timestep comes twice: the first step's end is where its second evaluation is.
            steps.Insert(1, (steps[1].Timestep, 0));
        }

        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(steps.Count - request.FirstStep);
        for (var call = 0; call < steps.Count - request.FirstStep; call++)
        {
            var (timestep, step) = steps[request.FirstStep + call];
            var update = call == 1
                ? Transfer(timestep + stride, timestep, Combinations[1]) with { KeepsEstimate = false }
                : Transfer(timestep, timestep - stride, Combinations[call == 0 ? 0 : Math.Min(call, 4)]);
            update = call switch
            {
                0 when evaluations.Capacity > 1 => update with { Anchor = AnchorUpdate.HoldLatent },
                1 => update with { AnchorWeight = update.LatentWeight, LatentWeight = 0 },
                _ => update,
            };
            evaluations.Add(NoiseLevel.OfAlphaBar(_table.AlphaBarAt(timestep)).Evaluate(step, timestep, update, _options.Prediction));
        }

        return new SamplingSchedule(request.Steps, evaluations.MoveToImmutable());
    }

    /// <summary>Equation 11: from one training step to another with a combination of predictions.</summary>
    private SamplerUpdate Transfer(int from, int to, ImmutableArray<double> combination)
    {
        var alpha = _table.AlphaBarAt(from);
        var next = to < 0 && _options.FinalAlphaIsOne ? 1 : _table.AlphaBarAt(to);
        var denominator = (alpha * Math.Sqrt(1 - next)) + Math.Sqrt(alpha * (1 - alpha) * next);
        var noise = -(next - alpha) / denominator;
        var latent = Math.Sqrt(next / alpha);
        if (_options.Prediction == PredictionType.Velocity)
        {
            // The combination is one of velocities; what it says of the noise depends on the latent that the step starts from.
            latent += noise * Math.Sqrt(1 - alpha);
            noise *= Math.Sqrt(alpha);
        }

        return new SamplerUpdate((float)latent, [.. combination.Select(c => (float)(noise * c))]);
    }
}
