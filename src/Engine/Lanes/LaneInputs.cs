namespace CachePolicies.Engine;

/// <summary>What the denoiser is given in addition to the latent, and what the prelude made of it; owns a lease on each.</summary>
internal sealed class LaneInputs(DenoiserLayout layout) : IDisposable
{
    private readonly int[] _setBefore = new int[layout.Inputs.Length];

    /// <summary>In the layout's order; empty until they are set.</summary>
    public FeatureTensor?[] Given { get; } = new FeatureTensor?[layout.Inputs.Length];

    /// <summary>In the prelude's order; empty until it has run, and again after an input that it reads was set again.</summary>
    public FeatureTensor?[] Prepared { get; } = new FeatureTensor?[layout.Prelude?.Tensors.Length ?? 0];

    /// <summary>Whether the prelude must run before the next stage.</summary>
    public bool NeedPrelude => Prepared.Length > 0 && Prepared[0] is null;

    /// <summary>Sets an input, whose lease is taken over; what the prelude made of the one before it is let go.</summary>
    public void Set(int index, FeatureTensor leased)
    {
        Given[index]?.Release();
        Given[index] = leased;
        if (layout.PreludeReads.Contains(index))
        {
            Leases.ReleaseAll(Prepared);
        }
    }

    /// <summary>
    /// Sets an input that the caller gives. Says whether it changes what earlier evaluations ran under: one that lives a generation does whenever it is
    /// set again, and one of each evaluation where it had stayed the same for two evaluations or more, so that it was not set for each.
    /// </summary>
    /// <param name="index">Which input.</param>
    /// <param name="leased">Its value.</param>
    /// <param name="next">The index of the lane's next evaluation.</param>
    public bool Change(int index, FeatureTensor leased, int next)
    {
        var unchangedFor = Given[index] is null ? 0 : next - _setBefore[index];
        _setBefore[index] = next;
        Set(index, leased);
        return unchangedFor > (layout.Inputs[index].Lifetime == ConditioningLifetime.Generation ? 0 : 1);
    }

    public void Dispose()
    {
        Leases.ReleaseAll(Given);
        Leases.ReleaseAll(Prepared);
    }
}
