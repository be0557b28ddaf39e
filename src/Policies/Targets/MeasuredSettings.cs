using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Files;

namespace CachePolicies.Policies;

/// <summary>
/// What <c>cachepolicies tune</c> measured of a model's policies, with everything that it was measured on, so that a target can be asked for in place of settings.
/// </summary>
/// <param name="Run">What the runs were of; others are refused.</param>
/// <param name="Settings">The settings that were measured, of any policies.</param>
public sealed record MeasuredSettings(RunSignature Run, ImmutableArray<MeasuredSetting> Settings)
{
    private const long LargestFile = 16 << 20;

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It does not hold measured settings; the message says why.</exception>
    public static MeasuredSettings Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no measured settings '{path}'. Measure some for this model with 'cachepolicies tune --measured'.", path);
        }

        var read = JsonFile.Read(path, MeasuredSettingsJson.Default.MeasuredSettings, LargestFile);
        return read.WhyNot() is { } problem ? throw new InvalidDataException($"'{path}' does not hold measured settings: {problem}.") : read;
    }

    /// <summary>Writes them as JSON; the file appears whole or not at all.</summary>
    /// <exception cref="InvalidOperationException">They contradict themselves.</exception>
    public void Save(string path)
    {
        if (WhyNot() is { } problem)
        {
            throw new InvalidOperationException($"These are not measured settings: {problem}.");
        }

        Draft.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, MeasuredSettingsJson.Default.MeasuredSettings));
    }

    /// <summary>These with others of the same run added; a setting that was measured again counts as it was measured last.</summary>
    /// <param name="others">The others.</param>
    /// <exception cref="ArgumentException">They are of another run; the message says what differs.</exception>
    public MeasuredSettings With(MeasuredSettings others)
    {
        ArgumentNullException.ThrowIfNull(others);
        Require(others.Run);
        return this with { Settings = [.. Settings.Where(s => others.Settings.All(o => o.Name != s.Name)), .. others.Settings] };
    }

    /// <summary>Refuses a run that they were not measured on.</summary>
    /// <exception cref="ArgumentException">The message says what differs.</exception>
    public void Require(RunSignature run)
    {
        if (Run.Difference(run) is { } difference)
        {
            throw new ArgumentException($"The settings were measured on {difference}. Measure some for this with 'cachepolicies tune --measured'.");
        }
    }

    /// <summary>
    /// The setting that reaches a target best: for a quality the fastest, for a speed the nearest to the uncached pictures. Between two settings of a policy that differ
    /// in one number, one that reaches the target and one that does not, the number is interpolated, unless the quality falls too far from one to the other.
    /// </summary>
    /// <param name="target">What is to be reached.</param>
    /// <param name="policies">The policies that may be chosen; all by default.</param>
    /// <exception cref="TargetNotMetException">Nothing that was measured reaches it; the message says what can be had.</exception>
    public TargetChoice Choose(GenerationTarget target, Func<string, bool>? policies = null)
    {
        MeasuredSetting[] eligible = [.. Settings.Where(s => policies?.Invoke(s.Policy) ?? true)];
        double Merit(MeasuredSetting s) => target.Measure == TargetMeasure.Speedup ? s.Psnr : s.Speedup;
        var best = eligible.Where(s => s.Meets(target)).MaxBy(Merit)
            ?? throw new TargetNotMetException(target, eligible.MaxBy(s => s.Figure(target.Measure)));
        return SettingInterpolation.Between(eligible, target).Append(new TargetChoice(target, best, null)).MaxBy(c => Merit(c.Setting))!;
    }

    private string? WhyNot()
    {
        if ((Run is null ? "it does not say of which run" : Run.WhyNot()) is { } problem)
        {
            return problem;
        }

        if (Settings.IsDefaultOrEmpty)
        {
            return "it has no setting";
        }

        foreach (var setting in Settings)
        {
            if (setting.Settings.IsDefault || setting.Pictures < 1
                || !(double.IsFinite(setting.Psnr) && double.IsFinite(setting.Ssim) && double.IsFinite(setting.Speedup) && setting.Speedup > 0 && (setting.PsnrInterval ?? 0) >= 0))
            {
                return $"the figures of '{Excerpt.Of(setting.Policy ?? "")}' are incomplete or not finite";
            }

            try
            {
                setting.Open();
            }
            catch (InvalidDataException unknown)
            {
                return unknown.Message.TrimEnd('.');
            }
        }

        return null;
    }
}

[JsonSerializable(typeof(MeasuredSettings))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class MeasuredSettingsJson : JsonSerializerContext;
