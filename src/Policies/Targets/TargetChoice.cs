namespace CachePolicies.Policies;

/// <summary>The setting that a target was given, and what to expect of it.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Setting">The setting with the figures that are expected: measured ones, or interpolated between the setting and <paramref name="Other"/>.</param>
/// <param name="Other">
/// <see langword="null"/> where the setting itself was measured; else the measured setting that misses the target, towards which a number was interpolated.
/// </param>
public sealed record TargetChoice(GenerationTarget Target, MeasuredSetting Setting, MeasuredSetting? Other)
{
    /// <summary>The policy in the catalogue.</summary>
    public CachePolicyDescriptor Policy => Setting.Open().Policy;

    /// <summary>Options with the chosen settings, and defaults elsewhere.</summary>
    public CachePolicyOptions CreateOptions() => Setting.Open().Options;

    /// <summary>Sets every option of a policy as it was measured, whatever it was set to.</summary>
    /// <param name="options">Options of the chosen policy.</param>
    /// <exception cref="ArgumentException">They are another policy's.</exception>
    public void CopyTo(CachePolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (policy, chosen) = Setting.Open();
        if (options.GetType() != policy.OptionsType)
        {
            throw new ArgumentException($"The settings of {policy.Name} are {policy.OptionsType.Name}, not {options.GetType().Name}.", nameof(options));
        }

        foreach (var option in policy.Options)
        {
            option.Copy(chosen, options);
        }
    }

    /// <summary>What was chosen, what is expected and on what grounds, as a sentence.</summary>
    public override string ToString()
    {
        var pictures = Setting.Pictures == 1 ? "1 picture" : $"{Setting.Pictures} pictures";
        return $"For {Target}, {Setting} is expected, {(Other is null ? $"as measured on {pictures}" : $"interpolated between settings measured on {pictures}, the other with {Other}")}.";
    }
}

/// <summary>Nothing that was measured reaches a target.</summary>
/// <param name="target">The target.</param>
/// <param name="nearest">What comes nearest; <see langword="null"/> where nothing was measured of the policies that may be used.</param>
public sealed class TargetNotMetException(GenerationTarget target, MeasuredSetting? nearest) : ArgumentException(nearest is null
    ? $"Nothing was measured of the policies that can be used here, so that no setting is known to reach {target}."
    : $"Nothing that was measured reaches {target}; the nearest is {nearest}.")
{
    /// <summary>The target.</summary>
    public GenerationTarget Target { get; } = target;

    /// <summary>What comes nearest, or <see langword="null"/>.</summary>
    public MeasuredSetting? Nearest { get; } = nearest;
}
