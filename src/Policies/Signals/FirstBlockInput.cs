namespace CachePolicies.Policies;

/// <summary>
/// What the first block sees of latent and timestep: its modulated input, or where a model has none, as U-Nets do, the state that the block reads.
/// </summary>
internal static class FirstBlockInput
{
    /// <summary>The name of the modulated input among the signals at <c>embedded</c> (FLUX: norm1 of block 0).</summary>
    public const string Modulated = "modulated";

    /// <summary>The signal that was asked for, else the usual one; the state before the first block where that is the modulated input and the model lacks it.</summary>
    public static MeasurementSubject Of(DenoiserLayout layout, string? asked, string usual = Modulated)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return asked is null && IsMissing(layout, usual) ? MeasurementSubject.StateAt(BoundaryRole.Embedded) : MeasurementSubject.SignalAt(BoundaryRole.Embedded, asked ?? usual);
    }

    /// <summary>Whether a signal is the modulated input, and a model lacks it.</summary>
    public static bool IsMissing(DenoiserLayout layout, string signal) =>
        signal == Modulated && layout.Require(BoundaryRole.Embedded).IndexOf(signal) < 0;
}
