namespace CachePolicies.Policies;

/// <summary>A generation that was recorded whole: what a calibration learns from.</summary>
public interface IRecordedGeneration
{
    /// <summary>The model's layout.</summary>
    DenoiserLayout Layout { get; }

    /// <summary>The model's fingerprint, or empty.</summary>
    string Fingerprint { get; }

    /// <summary>Runs a policy over what was recorded.</summary>
    void Replay(ICachePolicy policy);

    /// <summary>
    /// For each evaluation but the first, how far the measurement moved since the one before, and how wrong it would have been to reuse what was kept
    /// then.
    /// </summary>
    /// <param name="plan">Declares one measurement and one skip.</param>
    IReadOnlyList<(double Change, double Error)> ChangesAndErrors(CachePlan plan);
}

/// <summary>Learns something of a model from recorded generations.</summary>
/// <param name="runs">At least one, all of one model.</param>
/// <param name="path">Where a file may be stored, if one is needed.</param>
/// <returns>Settings that make use of it, each a list of <c>Name=Value</c>; tuning tries them all.</returns>
/// <exception cref="InvalidDataException">The runs do not suffice; the message says what would.</exception>
public delegate IReadOnlyList<IReadOnlyList<string>> PolicyCalibration(IReadOnlyList<IRecordedGeneration> runs, string path);
