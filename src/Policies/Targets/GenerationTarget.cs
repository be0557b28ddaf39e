using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>A figure that can be asked for in place of a policy's settings.</summary>
public enum TargetMeasure
{
    /// <summary>Peak signal-to-noise ratio against the uncached picture, in decibels.</summary>
    Psnr,

    /// <summary>Structural similarity with the uncached picture.</summary>
    Ssim,

    /// <summary>How many times as fast as the uncached run.</summary>
    Speedup,
}

/// <summary>What a generation is to reach at least: <c>40 dB</c>, <c>0.99 SSIM</c> or <c>3x</c>.</summary>
public readonly record struct GenerationTarget
{
    internal const string Expected = "decibels above 0 (40 dB), a similarity between 0 and 1 (0.99 SSIM) or a speed-up above 1 (3x)";

    /// <summary>Creates a target.</summary>
    /// <param name="measure">Which figure.</param>
    /// <param name="value">How much of it: decibels above 0, a similarity between 0 and 1, or a speed-up above 1; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public GenerationTarget(TargetMeasure measure, double value)
    {
        if (!IsInRange(measure, value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected {Expected}.");
        }

        (Measure, Value) = (measure, value);
    }

    /// <summary>A target as an option's value, or <see langword="null"/>.</summary>
    public static OptionType<string?> OptionType { get; } = new(OptionKind.Text, Expected, static t => t, static v => string.IsNullOrWhiteSpace(v) ? "empty" : v, static v => TryParse(v, out _), isNullable: true);

    /// <summary>Which figure.</summary>
    public TargetMeasure Measure { get; }

    /// <summary>How much of it.</summary>
    public double Value { get; }

    /// <summary>Whether a value can be a target for a figure.</summary>
    /// <param name="measure">The figure.</param>
    /// <param name="value">The value.</param>
    public static bool IsInRange(TargetMeasure measure, double value) => double.IsFinite(value) && measure switch
    {
        TargetMeasure.Psnr => value > 0,
        TargetMeasure.Ssim => value is > 0 and < 1,
        TargetMeasure.Speedup => value > 1,
        _ => false,
    };

    /// <summary>Reads a target: a number, and <c>dB</c>, <c>SSIM</c>, <c>x</c> or <c>×</c> after it, with or without a space.</summary>
    /// <exception cref="FormatException">The text is not a target; the message shows the forms that one can have.</exception>
    public static GenerationTarget Parse(string text) =>
        TryParse(text, out var target) ? target : throw new FormatException($"The target is '{Excerpt.Of(text ?? "")}'; expected {Expected}.");

    /// <summary>Reads a target.</summary>
    /// <param name="text">As <see cref="Parse"/> takes it.</param>
    /// <param name="target">The target.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out GenerationTarget target)
    {
        target = default;
        if (text is null)
        {
            return false;
        }

        foreach (var (unit, measure) in (ReadOnlySpan<(string, TargetMeasure)>)[("dB", TargetMeasure.Psnr), ("SSIM", TargetMeasure.Ssim), ("x", TargetMeasure.Speedup), ("×", TargetMeasure.Speedup)])
        {
            if (text.AsSpan().TrimEnd().EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan().TrimEnd()[..^unit.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && IsInRange(measure, value))
            {
                target = new GenerationTarget(measure, value);
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value}{Measure switch { TargetMeasure.Psnr => " dB", TargetMeasure.Ssim => " SSIM", _ => "×" }}");
}
