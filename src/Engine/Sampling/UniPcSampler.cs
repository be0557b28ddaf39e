using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Settings of <see cref="UniPcSampler"/>.</summary>
public sealed record UniPcOptions : MultistepOptions
{
    /// <summary>Whether the solver combines predicted noise and not predicted data.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool PredictsNoise { get; init; }

    /// <summary>Whether B(h) is h (B₁ of the paper) and not e^h − 1 (B₂).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LinearScale { get; init; }

    /// <summary>The steps, from 0, whose result is not corrected.</summary>
    /// <value>Empty by default.</value>
    public ImmutableArray<int> UncorrectedSteps { get; init; } = [];

    /// <summary>The last noise level before 0, which the levels of a flow are stretched to.</summary>
    /// <value>Above 0 and below 1; <see langword="null"/>, the default, leaves them as they are.</value>
    public double? TerminalSigma { get; init; }
}

/// <summary>
/// UniPC (arXiv 2302.04867): a multistep predictor, whose result is corrected with the next prediction before it is predicted on from there. The corrected
/// latent is the anchor; the denoiser sees the predicted one. Sigma is s of z = α x₀ + s ε.
/// </summary>
public sealed class UniPcSampler : IRequestedSampler
{
    private readonly UniPcOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or two do not go together; the message says which.</exception>
    public UniPcSampler(UniPcOptions? options = null)
    {
        _options = options ?? new UniPcOptions();
        _options.CheckMultistep();
        SettingRules.Require(_options.TerminalSigma is null or (> 0 and < 1), nameof(_options.TerminalSigma), _options.TerminalSigma ?? 0, "above 0 and below 1");
        if (_options.SigmaSpacing == MultistepSpacing.LogRatio)
        {
            throw new ArgumentException($"UniPC has no {nameof(MultistepSpacing.LogRatio)} spacing.", nameof(options));
        }

        if (_options is { PredictsNoise: true, EndsAtSmallestSigma: false })
        {
            throw new ArgumentException($"UniPC on predicted noise cannot step to σ = 0; set {nameof(UniPcOptions.EndsAtSmallestSigma)}.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: true);
    }

    /// <inheritdoc/>
    public string Name => "unipc";

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var schedule = Schedule(request);
        var levels = schedule.Sigmas.Select(_options.LevelOf).ToArray();
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(schedule.Steps - request.FirstStep);
        var lastOrder = 0;
        for (var i = request.FirstStep; i < schedule.Steps; i++)
        {
            var done = i - request.FirstStep;
            var order = Math.Min(_options.Order, done + 1);
            order = _options.LowerOrderAtEnd || schedule.Sigmas[i + 1] == 0 ? Math.Min(order, schedule.Steps - i) : order;
            order = Math.Min(order, MultistepSchedule.DistinctLevels(levels, i));
            var predictor = UniPcStep.Predictor(levels, i, order, _options);
            var corrects = done > 0 && levels[i] != levels[i - 1] && !_options.UncorrectedSteps.Contains(i - 1);
            var update = corrects
                ? predictor.After(UniPcStep.Corrector(levels, i, lastOrder, _options))
                : predictor.FromLatent();
            var estimate = _options.PredictsNoise ? levels[i].Epsilon(_options.Prediction) : levels[i].Data(_options.Prediction);
            evaluations.Add(levels[i].Evaluate(i, schedule.Timesteps[i], estimate.AsEstimateOf(update), _options.Prediction));
            lastOrder = order;
        }

        return new SamplingSchedule(schedule.Steps, evaluations.MoveToImmutable());
    }

    private MultistepSchedule Schedule(in ScheduleRequest request)
    {
        if (!_options.IsFlow)
        {
            var schedule = MultistepSchedule.Create(_options, _table, request, _options.TrainingSteps, rounds: true);
            var smallest = _options.SigmaSpacing == MultistepSpacing.Even ? _table.SmallestSigma : schedule.Sigmas[^2];
            return schedule.EndingAt(_options.EndsAtSmallestSigma ? smallest : 0);
        }

        var shift = _options.ShiftFor(request);
        var sigmas = new double[request.Steps + 1];
        for (var i = 0; i < request.Steps; i++)
        {
            sigmas[i] = FlowSchedule.Shifted(FlowSchedule.Between(1, 1.0 / _options.TrainingSteps, i, request.Steps + 1), shift);
        }

        if (_options.TerminalSigma is { } terminal)
        {
            FlowSchedule.Stretch(sigmas.AsSpan(0, request.Steps), terminal);
        }

        // Without any signal λ would be infinite.
        const double Least = 1e-6;
        sigmas[0] -= Math.Abs(sigmas[0] - 1) < Least ? Least : 0;
        var timesteps = sigmas.Take(request.Steps).Select(s => Math.Truncate(s * _options.TrainingSteps));
        return new MultistepSchedule([.. timesteps], sigmas).EndingAt(_options.EndsAtSmallestSigma ? sigmas[^2] : 0);
    }
}
