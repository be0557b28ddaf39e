using System.Text.Json.Nodes;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A target in place of a policy's settings.</summary>
/// <param name="Target">What is to be reached.</param>
/// <param name="Measured">What it is served from.</param>
/// <param name="Policy">The only policy that may be chosen; <see langword="null"/> for any.</param>
internal sealed record TargetedGeneration(GenerationTarget Target, MeasuredSettings Measured, CachePolicyDescriptor? Policy)
{
    /// <summary>What the command line asks for; <see langword="null"/> where it has no target.</summary>
    /// <exception cref="UsageException">The target cannot be read, or does not go with what else is given.</exception>
    public static TargetedGeneration? Of(string? target, string? measured, CachePolicyDescriptor? policy, IReadOnlyCollection<string> settings)
    {
        if (target is null)
        {
            return measured is null ? null : throw new UsageException("--measured goes with --target.");
        }

        if (settings.Count > 0)
        {
            throw new UsageException("--target finds the settings; expected no -o with it.");
        }

        if (measured is null)
        {
            throw new UsageException("--target needs measured settings; expected --measured FILE, which 'tune --measured' writes.");
        }

        return GenerationTarget.TryParse(target, out var read)
            ? new TargetedGeneration(read, Read(measured), policy)
            : throw new UsageException($"--target is '{target}'; expected {GenerationTarget.OptionType.Expected}.");
    }

    /// <summary>Reads measured settings.</summary>
    /// <exception cref="UsageException">There are none, or they cannot be read.</exception>
    public static MeasuredSettings Read(string path)
    {
        try
        {
            return MeasuredSettings.Load(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException(unreadable.Message);
        }
    }

    /// <summary>The setting for a run.</summary>
    /// <exception cref="UsageException">It was measured on another run, or nothing reaches the target.</exception>
    public TargetChoice Choose(RunSignature run)
    {
        try
        {
            Measured.Require(run);
            return Measured.Choose(Target, Policy is null ? null : p => p == Policy.Name);
        }
        catch (ArgumentException refused)
        {
            throw new UsageException(refused.Message);
        }
    }

    /// <summary>What was chosen and what is expected of it.</summary>
    public static JsonObject ToJson(TargetChoice choice) => new()
    {
        ["target"] = choice.Target.ToString(),
        ["expectedPsnr"] = JsonLine.Rounded(choice.Setting.Psnr, 3),
        ["psnrInterval"] = choice.Setting.PsnrInterval is { } interval ? JsonLine.Rounded(interval, 3) : null,
        ["expectedSsim"] = JsonLine.Rounded(choice.Setting.Ssim, 5),
        ["expectedSpeedup"] = JsonLine.Rounded(choice.Setting.Speedup, 4),
        ["pictures"] = choice.Setting.Pictures,
        ["interpolated"] = choice.Other is not null,
    };
}
