using System.Collections.Immutable;
using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>What generations under a setting gave, against the uncached pictures of the same seeds.</summary>
/// <param name="Policy">The policy's name in the catalogue.</param>
/// <param name="Settings">The settings, each <c>Name=Value</c>: those that differ from its defaults, and those that a model's family would change.</param>
/// <param name="Psnr">Decibels, the mean.</param>
/// <param name="PsnrInterval">Half the width of the 95 % confidence interval of that mean; <see langword="null"/> for fewer than three pictures.</param>
/// <param name="Ssim">Structural similarity, the mean.</param>
/// <param name="Speedup">How many times as fast as the uncached run.</param>
/// <param name="Pictures">How many pictures it was measured on.</param>
public sealed record MeasuredSetting(string Policy, ImmutableArray<string> Settings, double Psnr, double? PsnrInterval, double Ssim, double Speedup, int Pictures)
{
    /// <summary>The figure of which a target speaks.</summary>
    /// <param name="measure">Which.</param>
    public double Figure(TargetMeasure measure) => measure switch
    {
        TargetMeasure.Psnr => Psnr,
        TargetMeasure.Ssim => Ssim,
        _ => Speedup,
    };

    /// <summary>Whether a target is reached.</summary>
    /// <param name="target">The target.</param>
    public bool Meets(GenerationTarget target) => Figure(target.Measure) >= target.Value;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Psnr:0.0}{(PsnrInterval is { } interval ? string.Create(CultureInfo.InvariantCulture, $" ± {interval:0.0}") : "")} dB, SSIM {Ssim:0.000}, {Speedup:0.0}× with {Name}");

    internal string Name => Settings.IsDefaultOrEmpty ? Policy : $"{Policy} ({string.Join(", ", Settings)})";

    /// <summary>The policy in the catalogue with options that hold the settings.</summary>
    /// <exception cref="InvalidDataException">There is no such policy or setting.</exception>
    internal (CachePolicyDescriptor Policy, CachePolicyOptions Options) Open()
    {
        var policy = PolicyCatalog.Find(Policy) ?? throw new InvalidDataException($"'{Excerpt.Of(Policy)}' is not a policy that there is.");
        var options = policy.CreateOptions();
        foreach (var setting in Settings)
        {
            if (!policy.Options.TryWrite(options, setting))
            {
                throw new InvalidDataException($"'{Excerpt.Of(setting)}' is not a setting of {policy.Name}.");
            }
        }

        return options.Validate() is [var problem, ..] ? throw new InvalidDataException(problem) : (policy, options);
    }
}
