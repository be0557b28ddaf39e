using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What a policy's calibration found in recorded runs of a model.</summary>
/// <param name="Fingerprint">Identifies the model.</param>
/// <param name="Settings">Settings to try, each a list of <c>Name=Value</c>; empty where the policy is not calibrated.</param>
internal sealed record ModelFit(string Fingerprint, IReadOnlyList<IReadOnlyList<string>> Settings)
{
    /// <summary>Fits what a policy needs.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="runs">Recorded runs of one model.</param>
    /// <param name="path">Where a calibration may be stored.</param>
    /// <exception cref="UsageException">The runs are of different models, or do not suffice.</exception>
    public static ModelFit To(CachePolicyDescriptor policy, IReadOnlyList<RecordedRun> runs, string path)
    {
        string[] fingerprints = [.. runs.Select(r => r.Fingerprint).Distinct()];
        if (fingerprints.Length > 1)
        {
            throw new UsageException($"The traces are of different models ({string.Join(", ", fingerprints.Select(f => f.Length == 0 ? "one without a fingerprint" : f))}); expected traces of one model.");
        }

        try
        {
            return new ModelFit(fingerprints[0], policy.Calibration?.Invoke(runs, path) ?? []);
        }
        catch (InvalidDataException tooFew)
        {
            throw new UsageException(tooFew.Message);
        }
    }
}
