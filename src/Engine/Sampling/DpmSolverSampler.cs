using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Which integral a <see cref="DpmSolverSampler"/> solves.</summary>
public enum DpmSolverAlgorithm
{
    /// <summary>That of the predicted data (DPM-Solver++, arXiv 2211.01095).</summary>
    Data,

    /// <summary>That of the predicted noise (DPM-Solver, arXiv 2206.00927).</summary>
    Noise,

    /// <summary>That of the predicted data with fresh noise at each step (SDE-DPM-Solver++).</summary>
    StochasticData,

    /// <summary>That of the predicted noise with fresh noise at each step (SDE-DPM-Solver).</summary>
    StochasticNoise,
}

/// <summary>Settings of <see cref="DpmSolverSampler"/>.</summary>
public sealed record DpmSolverOptions : MultistepOptions
{
    /// <summary>Which integral is solved.</summary>
    /// <value>The default is <see cref="DpmSolverAlgorithm.Data"/>.</value>
    public DpmSolverAlgorithm Algorithm { get; init; }

    /// <summary>Whether steps of second order are Heun's and not the midpoint's.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool HeunSteps { get; init; }

    /// <summary>Whether the last step is of first order however many steps there are.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool EulerAtEnd { get; init; }

    /// <summary>The smallest λ = ln(α/s) of a training step that is used; cosine schedules need it.</summary>
    /// <value>−∞, the default, uses all of them.</value>
    public double SmallestLogRatio { get; init; } = double.NegativeInfinity;
}

/// <summary>
/// DPM-Solver and DPM-Solver++ as multistep solvers of order 1 to 3, also with fresh noise and for flows. Sigma is s of z = α x₀ + s ε.
/// </summary>
public sealed class DpmSolverSampler : IRequestedSampler
{
    private const int FewSteps = 15;
    private readonly DpmSolverOptions _options;
    private readonly DiffusionTable _table;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or two do not go together; the message says which.</exception>
    public DpmSolverSampler(DpmSolverOptions? options = null)
    {
        _options = options ?? new DpmSolverOptions();
        _options.CheckMultistep();
        SettingRules.RequireDefined(_options.Algorithm);
        if (IsNoise && !_options.EndsAtSmallestSigma)
        {
            throw new ArgumentException($"The algorithm {_options.Algorithm} cannot step to σ = 0; set {nameof(DpmSolverOptions.EndsAtSmallestSigma)}.", nameof(options));
        }

        if (IsStochastic && _options.Order == 3)
        {
            throw new ArgumentException($"The algorithm {_options.Algorithm} is of order 1 or 2, not 3.", nameof(options));
        }

        _table = new DiffusionTable(_options, finite: true);
    }

    /// <inheritdoc/>
    public string Name => "dpm-solver";

    private bool IsNoise => _options.Algorithm is DpmSolverAlgorithm.Noise or DpmSolverAlgorithm.StochasticNoise;

    private bool IsStochastic => _options.Algorithm is DpmSolverAlgorithm.StochasticData or DpmSolverAlgorithm.StochasticNoise;

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(ScheduleRequest request)
    {
        _options.CheckSteps(request.Checked());
        var schedule = Schedule(request);
        var levels = schedule.Sigmas.Select(_options.LevelOf).ToArray();
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(schedule.Steps - request.FirstStep);
        for (var i = request.FirstStep; i < schedule.Steps; i++)
        {
            var order = Math.Min(OrderAt(i, i - request.FirstStep, schedule.Steps), MultistepSchedule.DistinctLevels(levels, i));
            var estimate = IsNoise ? levels[i].Epsilon(_options.Prediction) : levels[i].Data(_options.Prediction);
            evaluations.Add(levels[i].Evaluate(i, schedule.Timesteps[i], estimate.AsEstimateOf(UpdateAt(levels, i, order)), _options.Prediction));
        }

        return new SamplingSchedule(schedule.Steps, evaluations.MoveToImmutable());
    }

    private MultistepSchedule Schedule(in ScheduleRequest request)
    {
        var end = _options.EndsAtSmallestSigma ? _table.SmallestSigma : 0;
        if (_options.IsFlow)
        {
            var sigmas = new double[request.Steps + 1];
            var (shift, last) = (_options.ShiftFor(request), 1.0 / _options.TrainingSteps);
            for (var i = 0; i < request.Steps; i++)
            {
                sigmas[i] = FlowSchedule.Shifted(1 - FlowSchedule.Between(last, 1, i, request.Steps + 1), shift);
            }

            return new MultistepSchedule([.. sigmas.Take(request.Steps).Select(s => Math.Truncate(s * _options.TrainingSteps))], sigmas).EndingAt(end);
        }

        // Timesteps of a cosine schedule are crowded at the end, where rounding would make some of them equal.
        var trained = _table.CountAbove(_options.SmallestLogRatio);
        SettingRules.Require(trained > 0, nameof(_options.SmallestLogRatio), _options.SmallestLogRatio, "a bound that leaves training steps to use");
        var rounds = _options.Schedule != BetaSchedule.SquaredCosine;
        return MultistepSchedule.Create(_options, _table, request, trained, rounds).EndingAt(end);
    }

    private int OrderAt(int step, int done, int steps)
    {
        var few = _options.LowerOrderAtEnd && steps < FewSteps;
        var first = step == steps - 1 && (_options.EulerAtEnd || few || !_options.EndsAtSmallestSigma);
        var second = step == steps - 2 && few;
        return Math.Min(Math.Min(_options.Order, done + 1), first ? 1 : second ? 2 : 3);
    }

    private SamplerUpdate UpdateAt(NoiseLevel[] levels, int i, int order)
    {
        var (from, to) = (levels[i], levels[i + 1]);
        var h = to.LogRatio - from.LogRatio;
        if (h == 0)
        {
            return new SamplerUpdate(1, [0]);
        }

        // Both integrals are one: under the exchange of signal and noise, and of h and −h, each becomes the other.
        var (scale, ratio, x) = IsNoise ? (to.Noise, to.Signal / from.Signal, h) : (to.Signal, to.Noise / from.Noise, -h);
        var doubled = IsStochastic ? 2.0 : 1;
        if (_options.Algorithm == DpmSolverAlgorithm.StochasticData)
        {
            (ratio, x) = (ratio * Math.Exp(-h), 2 * x);
        }

        var phi = Math.Exp(x) - 1;
        var weight = _options.Algorithm == DpmSolverAlgorithm.StochasticNoise ? -doubled * scale : -scale;
        var zeroth = weight * phi;
        var slope = _options.HeunSteps || order == 3 ? weight * ((phi / x) - 1) : weight * phi / 2;
        var curvature = order == 3 ? weight * (((phi - x) / (x * x)) - 0.5) : 0;
        var update = new SamplerUpdate((float)ratio, Combine(levels, i, order, h, zeroth, slope, curvature));
        return IsStochastic ? update with { NoiseWeight = (float)FreshNoise(to, h) } : update;
    }

    private double FreshNoise(NoiseLevel to, double h) => _options.Algorithm == DpmSolverAlgorithm.StochasticData
        ? to.Noise * Math.Sqrt(1 - Math.Exp(-2 * h))
        : to.Noise * Math.Sqrt(Math.Exp(2 * h) - 1);

    /// <summary>The weights of the estimates for those of their value, slope and curvature by divided differences.</summary>
    private static ImmutableArray<float> Combine(NoiseLevel[] levels, int i, int order, double h, double value, double slope, double curvature)
    {
        if (order == 1)
        {
            return [(float)value];
        }

        var r0 = (levels[i].LogRatio - levels[i - 1].LogRatio) / h;
        if (order == 2)
        {
            return [(float)(value + (slope / r0)), (float)(-slope / r0)];
        }

        var r1 = (levels[i - 1].LogRatio - levels[i - 2].LogRatio) / h;

        // D1 = d0 + r0/(r0 + r1) (d0 − d1) and D2 = (d0 − d1)/(r0 + r1) with d0 = (e0 − e1)/r0 and d1 = (e1 − e2)/r1.
        var newer = slope + (((slope * r0) + curvature) / (r0 + r1));
        var older = -((slope * r0) + curvature) / (r0 + r1);
        return [(float)(value + (newer / r0)), (float)((-newer / r0) + (older / r1)), (float)(-older / r1)];
    }
}
