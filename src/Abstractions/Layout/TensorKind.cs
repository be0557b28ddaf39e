namespace CachePolicies;

/// <summary>What a tensor at a boundary is, and so what a cache may do with it.</summary>
public enum TensorKind
{
    /// <summary>What the blocks transform: image tokens, and text tokens where later stages still read them. Only state is approximated.</summary>
    State,

    /// <summary>Text, time embedding, rotary tables, guidance. Never cached, always fresh; no skip passes over a producer that is still needed.</summary>
    Conditioning,

    /// <summary>Passes unchanged through later stages (a U-Net's skip connections); the fresh value wins.</summary>
    Carried,

    /// <summary>Exists only to be looked at, such as TeaCache's modulated input.</summary>
    Signal,
}

/// <summary>How long a conditioning tensor stays the same.</summary>
public enum ConditioningLifetime
{
    /// <summary>Computed again in each evaluation of the denoiser, as a time embedding.</summary>
    Evaluation,

    /// <summary>Set once for a whole generation, as text tokens.</summary>
    Generation,
}
