namespace CachePolicies.Engine;

/// <summary>What the samplers that step in σ = √((1 − ᾱ)/ᾱ) have in common.</summary>
public abstract record SigmaOptions : DiffusionOptions
{
    /// <summary>How σ is spaced between the first and the last step.</summary>
    /// <value>The default is <see cref="SigmaSpacing.Even"/>: σ of the timesteps.</value>
    public SigmaSpacing SigmaSpacing { get; init; }

    /// <summary>The first σ under another spacing than <see cref="SigmaSpacing.Even"/>.</summary>
    /// <value>Above 0; <see langword="null"/>, the default, for that of the first timestep.</value>
    public double? LargestSigma { get; init; }

    /// <summary>The last σ before the end under another spacing than <see cref="SigmaSpacing.Even"/>.</summary>
    /// <value>Above 0; <see langword="null"/>, the default, for that of the last timestep.</value>
    public double? SmallestSigma { get; init; }

    /// <summary>Whether the schedule ends at σ of training step 0 and not at 0.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool EndsAtSmallestSigma { get; init; }

    internal void CheckSigmas()
    {
        SettingRules.RequireDefined(SigmaSpacing);
        SettingRules.Require(LargestSigma is null or > 0, nameof(LargestSigma), LargestSigma ?? 0, "above 0");
        SettingRules.Require(SmallestSigma is null or > 0, nameof(SmallestSigma), SmallestSigma ?? 0, "above 0");
    }
}
