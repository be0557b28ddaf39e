using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Files;

namespace CachePolicies.Policies;

/// <summary>
/// The magnitude ratios of a model: m_t = mean ‖r_t‖ / ‖r_{t−1}‖ over the tokens, r the residual of the whole stack. Made once for each model by
/// <see cref="MagCacheCalibrator"/> and bound to its fingerprint.
/// </summary>
/// <param name="Fingerprint">The fingerprint of the layout that was calibrated.</param>
/// <param name="Conditional">A ratio for each evaluation; the first is 1.</param>
/// <param name="Unconditional">The same without the prompt; empty where there was no such branch: the conditional ones serve both.</param>
public sealed record MagCacheCalibration(string Fingerprint, ImmutableArray<double> Conditional, ImmutableArray<double> Unconditional)
{
    private const long LargestFile = 16 << 20;

    /// <summary>
    /// The noise level of each of those evaluations, so that a ratio is found by it however many steps a run has and wherever it begins. Empty for published
    /// tables, which are taken for a whole run: the nearest in proportion.
    /// </summary>
    public ImmutableArray<float> Sigmas { get; init; } = [];

    /// <summary>Reads a calibration that <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a calibration; the message says why.</exception>
    public static MagCacheCalibration Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no calibration '{path}'. Run the calibration for this model first.", path);
        }

        var read = JsonFile.Read(path, MagCacheJson.Default.MagCacheCalibration, LargestFile);
        return read is { Fingerprint: not null, Conditional.IsDefaultOrEmpty: false }
            ? (read with { Unconditional = read.Unconditional.IsDefault ? [] : read.Unconditional, Sigmas = read.Sigmas.IsDefault ? [] : read.Sigmas }).Checked(path)
            : throw new InvalidDataException($"'{path}' is not a MagCache calibration: it lacks a fingerprint or ratios.");
    }

    private MagCacheCalibration Checked(string path) =>
        Sigmas.IsEmpty || (Sigmas.Length == Conditional.Length && (Unconditional.IsEmpty || Unconditional.Length == Sigmas.Length))
            ? this
            : throw new InvalidDataException(
                $"'{path}' has {Sigmas.Length} noise levels for {Conditional.Length} conditional and {Unconditional.Length} unconditional ratios; expected as many of each, or no noise levels.");

    /// <summary>Writes the calibration as JSON; the file appears whole or not at all.</summary>
    public void Save(string path) => Draft.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, MagCacheJson.Default.MagCacheCalibration));

    /// <summary>The ratios for a branch and a number of evaluations: where that is another than was calibrated, the nearest in proportion.</summary>
    public ImmutableArray<double> For(GuidanceBranch branch, int evaluationCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluationCount, 1);
        var ratios = Of(branch);
        var scale = (ratios.Length - 1) / (double)Math.Max(1, evaluationCount - 1);
        return [.. Enumerable.Range(0, evaluationCount).Select(i => ratios[(int)Math.Round(i * scale, MidpointRounding.ToEven)])];
    }

    /// <summary>The ratios of a branch, as they were calibrated.</summary>
    internal ImmutableArray<double> Of(GuidanceBranch branch) =>
        branch == GuidanceBranch.Unconditional && !Unconditional.IsDefaultOrEmpty ? Unconditional : Conditional;
}

[JsonSerializable(typeof(MagCacheCalibration))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class MagCacheJson : JsonSerializerContext;
