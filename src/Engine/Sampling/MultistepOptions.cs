namespace CachePolicies.Engine;

/// <summary>How the noise levels of a multistep solver are spaced.</summary>
public enum MultistepSpacing
{
    /// <summary>As the timesteps give them.</summary>
    Even,

    /// <summary>Evenly in σ^(1/7) between the ends of the training (arXiv 2206.00364, equation 5).</summary>
    Karras,

    /// <summary>Evenly in log σ between the ends of the training.</summary>
    Exponential,

    /// <summary>As a beta distribution with α = β = 0.6 places them between the ends of the training (arXiv 2407.12173).</summary>
    Beta,

    /// <summary>Evenly in λ between the ends of the training, with whole timesteps (arXiv 2206.00927, section 3.4).</summary>
    LogRatio,

    /// <summary>As flow matching has them: evenly and then shifted.</summary>
    Flow,
}

/// <summary>What the multistep solvers <see cref="DpmSolverSampler"/> and <see cref="UniPcSampler"/> have in common.</summary>
public abstract record MultistepOptions : DiffusionOptions
{
    /// <summary>The order of the solver: how many predictions it combines.</summary>
    /// <value>From 1 to 3. The default is 2.</value>
    public int Order { get; init; } = 2;

    /// <summary>How the noise levels are spaced.</summary>
    /// <value>The default is <see cref="MultistepSpacing.Even"/>.</value>
    public MultistepSpacing SigmaSpacing { get; init; }

    /// <summary>s in σ' = s σ / (1 + (s − 1) σ) of <see cref="MultistepSpacing.Flow"/>.</summary>
    /// <value>Finite, above 0. The default is 1.</value>
    public double FlowShift { get; init; } = 1;

    /// <summary>Whether the flow's shift is e^μ of the picture's size in place of <see cref="FlowShift"/>; needs <see cref="ScheduleRequest.ImageTokens"/>.</summary>
    /// <value>The default is <see langword="false"/>. μ runs as <see cref="FlowMatchOptions.ShiftAt"/> has it by default.</value>
    public bool DynamicShift { get; init; }

    /// <summary>Whether the last steps of fewer than 15 use lower orders.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool LowerOrderAtEnd { get; init; } = true;

    /// <summary>Whether the schedule ends at the smallest σ and not at 0.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool EndsAtSmallestSigma { get; init; }

    internal bool IsFlow => SigmaSpacing == MultistepSpacing.Flow;

    internal void CheckMultistep()
    {
        CheckCommon(PredictionType.Epsilon, PredictionType.Velocity, PredictionType.Sample, PredictionType.Flow);
        SettingRules.RequireDefined(SigmaSpacing);
        SettingRules.Require(Order is >= 1 and <= 3, nameof(Order), Order, "1 to 3");
        SettingRules.Require(FlowShift > 0 && double.IsFinite(FlowShift), nameof(FlowShift), FlowShift, "a finite number above 0");
        if (Prediction == PredictionType.Flow && !IsFlow)
        {
            throw new ArgumentException($"A model that predicts the flow needs {nameof(SigmaSpacing)} {nameof(MultistepSpacing.Flow)}, not {SigmaSpacing}.");
        }
    }

    internal double ShiftFor(in ScheduleRequest request) => !DynamicShift
        ? FlowShift
        : Math.Exp(new FlowMatchOptions().ShiftAt(request.ImageTokens
            ?? throw new ArgumentException("The sampler shifts its schedule to the picture's size; say how many image tokens there are.", nameof(request))));

    internal NoiseLevel LevelOf(double sigma) => IsFlow ? NoiseLevel.OfFlow(sigma) : NoiseLevel.OfRatio(sigma);
}
