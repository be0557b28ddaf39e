namespace CachePolicies.Engine;

/// <summary>What the denoiser is given besides the latent, and what the prelude made of it; owns a lease on each.</summary>
internal sealed class LaneInputs(DenoiserLayout layout) : IDisposable
{
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

    public void Dispose()
    {
        Leases.ReleaseAll(Given);
        Leases.ReleaseAll(Prepared);
    }
}
