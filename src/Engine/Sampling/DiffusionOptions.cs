using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>How the betas of the training noise run.</summary>
public enum BetaSchedule
{
    /// <summary>Evenly from start to end (DDPM).</summary>
    Linear,

    /// <summary>Evenly in the square root (Stable Diffusion).</summary>
    ScaledLinear,

    /// <summary>So that ᾱ follows a squared cosine (arXiv 2102.09672, equation 17), with betas of at most 0.999; start and end have no effect.</summary>
    SquaredCosine,

    /// <summary>So that ᾱ falls as e^(−12 t), with betas of at most 0.999; start and end have no effect.</summary>
    Exponential,
}

/// <summary>What a model predicts from z = α x₀ + s ε.</summary>
public enum PredictionType
{
    /// <summary>The noise ε.</summary>
    Epsilon,

    /// <summary>The velocity v = α ε − s x₀ (arXiv 2202.00512, appendix D).</summary>
    Velocity,

    /// <summary>The data x₀.</summary>
    Sample,

    /// <summary>The flow ε − x₀, where α = 1 − s.</summary>
    Flow,
}

/// <summary>Which training steps the sampler's steps fall on (arXiv 2305.08891, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>Evenly from the first, in whole strides, so that the last training steps may be left out.</summary>
    Leading,

    /// <summary>Evenly from the last one down.</summary>
    Trailing,

    /// <summary>Evenly from the first to the last.</summary>
    Linspace,
}

/// <summary>What the samplers of models with training noise z = √ᾱ x₀ + √(1 − ᾱ) ε have in common. The defaults are those of Stable Diffusion 1.</summary>
public abstract record DiffusionOptions
{
    /// <summary>N: the training steps.</summary>
    /// <value>At least 2. The default is 1,000.</value>
    public int TrainingSteps { get; init; } = 1000;

    /// <summary>β of the first training step.</summary>
    /// <value>In (0, 1). The default is 0.00085.</value>
    public double BetaStart { get; init; } = 0.00085;

    /// <summary>β of the last training step.</summary>
    /// <value>In (0, 1), not below the first. The default is 0.012.</value>
    public double BetaEnd { get; init; } = 0.012;

    /// <summary>How β runs between them.</summary>
    /// <value>The default is <see cref="BetaSchedule.ScaledLinear"/>.</value>
    public BetaSchedule Schedule { get; init; } = BetaSchedule.ScaledLinear;

    /// <summary>The betas themselves, one for each training step, in place of a schedule.</summary>
    /// <value>Each in (0, 1); empty by default.</value>
    public ImmutableArray<float> TrainedBetas { get; init; } = [];

    /// <summary>Whether the betas are rescaled so that nothing of the data is left at the last training step (arXiv 2305.08891, algorithm 1).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ZeroTerminalSnr { get; init; }

    /// <summary>What the model predicts.</summary>
    /// <value>The default is <see cref="PredictionType.Epsilon"/>.</value>
    public PredictionType Prediction { get; init; }

    /// <summary>Which training steps are used.</summary>
    /// <value>The default is <see cref="TimestepSpacing.Leading"/>.</value>
    public TimestepSpacing Spacing { get; init; }

    /// <summary>Added to each timestep under <see cref="TimestepSpacing.Leading"/>.</summary>
    /// <value>At least 0. The default is 1.</value>
    public int StepsOffset { get; init; } = 1;

    internal void CheckCommon(params ReadOnlySpan<PredictionType> predictions)
    {
        SettingRules.Require(TrainingSteps >= 2, nameof(TrainingSteps), TrainingSteps, "at least 2");
        SettingRules.Require(BetaStart is > 0 and < 1, nameof(BetaStart), BetaStart, "above 0 and below 1");
        SettingRules.Require(BetaEnd >= BetaStart && BetaEnd < 1, nameof(BetaEnd), BetaEnd, $"at least {nameof(BetaStart)}, {BetaStart}, and below 1");
        SettingRules.Require(StepsOffset >= 0, nameof(StepsOffset), StepsOffset, "at least 0");
        SettingRules.RequireDefined(Schedule);
        SettingRules.RequireDefined(Prediction);
        SettingRules.RequireDefined(Spacing);
        if (!TrainedBetas.IsDefaultOrEmpty)
        {
            SettingRules.Require(TrainedBetas.Length == TrainingSteps, $"The number of {nameof(TrainedBetas)}", TrainedBetas.Length, $"{TrainingSteps}, one for each training step");
            SettingRules.Require(TrainedBetas.All(b => b is > 0 and < 1), $"The largest of {nameof(TrainedBetas)}", TrainedBetas.Max(), "all of them above 0 and below 1");
        }

        if (!predictions.Contains(Prediction))
        {
            throw new ArgumentException($"{nameof(Prediction)} is {Prediction}; this sampler knows {string.Join(", ", predictions.ToArray())}.");
        }
    }

    internal void CheckSteps(in ScheduleRequest request) => SettingRules.Require(
        request.Steps <= TrainingSteps, "The number of steps", request.Steps, $"at most the number of training steps, {TrainingSteps}");
}
