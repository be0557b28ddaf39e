using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A file of measured settings that tuning adds to, and that targets are served from.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Held">What it holds; <see langword="null"/> where it does not exist yet.</param>
internal sealed record MeasuredFile(string Path, MeasuredSettings? Held)
{
    /// <summary>The file that what is measured is added to; <see langword="null"/> where none was given.</summary>
    /// <exception cref="UsageException">What is there cannot be read as measured settings.</exception>
    public static MeasuredFile? ToExtend(string? path) => path is null ? null : new MeasuredFile(OutputPath.File(path), File.Exists(path) ? TargetedGeneration.Read(path) : null);

    /// <summary>Refuses a run of another model, sampler, size, guidance or number of steps before anything is measured.</summary>
    /// <exception cref="UsageException">The message says what differs.</exception>
    public void Require(RunSignature run)
    {
        if (Held?.Run.Difference(run) is { } difference)
        {
            throw new UsageException($"'{Path}' was measured on {difference}; expected another file for this.");
        }
    }

    /// <summary>Adds what was verified and writes the file.</summary>
    public void Add(RunSignature run, CachePolicyDescriptor policy, IReadOnlyList<TunedSetting> verified)
    {
        if (verified.Count > 0)
        {
            var measured = new MeasuredSettings(run, [.. verified.Select(v => Of(policy, v))]);
            (Held?.With(measured) ?? measured).Save(OutputPath.Make(Path));
        }
    }

    private static MeasuredSetting Of(CachePolicyDescriptor policy, TunedSetting setting) => new(
        policy.Name,
        [.. TunedSection.InForce(policy, setting.Screened.Policy)],
        setting.Row.Psnr,
        double.IsFinite(setting.Row.PsnrInterval) ? setting.Row.PsnrInterval : null,
        setting.Row.Ssim,
        setting.Speedup,
        setting.Row.Runs.Count);
}
