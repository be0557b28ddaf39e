namespace CachePolicies.Engine;

/// <summary>Where the noise levels of a flow-matching schedule begin.</summary>
public enum FlowSigmas
{
    /// <summary>Evenly from 1 to 1/n, as the pipelines of FLUX, Qwen-Image and Z-Image ask for it.</summary>
    Even,

    /// <summary>
    /// Evenly from the largest to the smallest level of training, which are shifted themselves: as SD3's pipeline asks for it, so that the shift acts twice.
    /// </summary>
    Trained,
}

/// <summary>How noise levels lie between the first and the last.</summary>
public enum SigmaSpacing
{
    /// <summary>As the timesteps give them.</summary>
    Even,

    /// <summary>Evenly in σ^(1/7) (arXiv 2206.00364, equation 5).</summary>
    Karras,

    /// <summary>Evenly in log σ.</summary>
    Exponential,

    /// <summary>As a beta distribution with α = β = 0.6 places them (arXiv 2407.12173).</summary>
    Beta,
}

/// <summary>How a schedule is shifted to the picture's size.</summary>
public enum DynamicShift
{
    /// <summary>Not at all: <see cref="FlowMatchOptions.Shift"/> applies.</summary>
    None,

    /// <summary>σ' = e^μ / (e^μ + 1/σ − 1).</summary>
    Exponential,

    /// <summary>σ' = μ / (μ + 1/σ − 1).</summary>
    Linear,
}

/// <summary>Settings of <see cref="FlowMatchEulerSampler"/> and <see cref="FlowMatchHeunSampler"/>.</summary>
public sealed record FlowMatchOptions
{
    /// <summary>N: the training steps.</summary>
    /// <value>At least 1. The default is 1,000.</value>
    public int TrainingSteps { get; init; } = 1000;

    /// <summary>s in σ' = s σ / (1 + (s − 1) σ); has no effect under dynamic shifting.</summary>
    /// <value>Finite, above 0. The default is 1, which leaves σ as it is.</value>
    public double Shift { get; init; } = 1;

    /// <summary>How the schedule is shifted to the picture's size; needs <see cref="ScheduleRequest.ImageTokens"/>.</summary>
    /// <value>The default is <see cref="DynamicShift.None"/>.</value>
    public DynamicShift DynamicShift { get; init; }

    /// <summary>μ at <see cref="BaseTokens"/>; μ runs on a line through this point and the one at <see cref="MaximumTokens"/>.</summary>
    /// <value>Finite. The default is 0.5.</value>
    public double BaseShift { get; init; } = 0.5;

    /// <summary>μ at <see cref="MaximumTokens"/>.</summary>
    /// <value>Finite. The default is 1.15.</value>
    public double MaximumShift { get; init; } = 1.15;

    /// <summary>The number of image tokens that μ is <see cref="BaseShift"/> at.</summary>
    /// <value>At least 1. The default is 256.</value>
    public int BaseTokens { get; init; } = 256;

    /// <summary>The number of image tokens that μ is <see cref="MaximumShift"/> at.</summary>
    /// <value>Above <see cref="BaseTokens"/>. The default is 4,096.</value>
    public int MaximumTokens { get; init; } = 4096;

    /// <summary>The last noise level before 0, which the shifted levels are stretched to.</summary>
    /// <value>Above 0 and below 1; <see langword="null"/>, the default, leaves them as they are.</value>
    public double? TerminalSigma { get; init; }

    /// <summary>Where the noise levels begin.</summary>
    /// <value>The default is <see cref="FlowSigmas.Even"/>.</value>
    public FlowSigmas Sigmas { get; init; }

    /// <summary>How the shifted levels are spaced again between the first and the last.</summary>
    /// <value>The default is <see cref="SigmaSpacing.Even"/>: as they are.</value>
    public SigmaSpacing Spacing { get; init; }

    /// <summary>Whether σ runs from 0 to 1 instead, for models that are told 1 − σ (Mochi).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Inverted { get; init; }

    /// <summary>Whether each step goes to the data and back with fresh noise: z' = (1 − σ') (z − σ v) + σ' n.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Stochastic { get; init; }

    /// <summary>What σ is multiplied by to be the model's timestep: 1 (FLUX) or 1,000 (SD3).</summary>
    /// <value>Finite, above 0. The default is 1.</value>
    public float TimestepScale { get; init; } = 1;

    /// <summary>μ for a number of image tokens.</summary>
    public double ShiftAt(int imageTokens) =>
        BaseShift + ((MaximumShift - BaseShift) / (MaximumTokens - BaseTokens) * (imageTokens - BaseTokens));

    internal FlowMatchOptions Checked()
    {
        SettingRules.Require(TrainingSteps >= 1, nameof(TrainingSteps), TrainingSteps, "at least 1");
        SettingRules.Require(Shift > 0 && double.IsFinite(Shift), nameof(Shift), Shift, "a finite number above 0");
        SettingRules.Require(double.IsFinite(BaseShift), nameof(BaseShift), BaseShift, "a finite number");
        SettingRules.Require(double.IsFinite(MaximumShift), nameof(MaximumShift), MaximumShift, "a finite number");
        SettingRules.Require(BaseTokens >= 1, nameof(BaseTokens), BaseTokens, "at least 1");
        SettingRules.Require(MaximumTokens > BaseTokens, nameof(MaximumTokens), MaximumTokens, $"above {nameof(BaseTokens)}, {BaseTokens}");
        SettingRules.Require(TerminalSigma is null or (> 0 and < 1), nameof(TerminalSigma), TerminalSigma ?? 0, "above 0 and below 1");
        SettingRules.Require(TimestepScale > 0 && float.IsFinite(TimestepScale), nameof(TimestepScale), TimestepScale, "a finite number above 0");
        return this;
    }

    /// <summary>How the clean picture is estimated at a level. Where levels are inverted, 1 − σ is the part of the noise, and the velocity points to the data.</summary>
    internal CleanEstimate CleanAt(double sigma) => Inverted ? new(1, (float)(1 - sigma)) : new(1, (float)-sigma);
}
