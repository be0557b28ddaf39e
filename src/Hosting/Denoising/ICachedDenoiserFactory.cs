using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>
/// For pipelines of your own: wraps your stages in a registered policy. Thread-safe. Get a <see cref="CachedDenoiser"/> for each generation, create a
/// session on it and call <see cref="DenoiserSession.Evaluate"/> at each step; a changed configuration then applies from the next generation on.
/// </summary>
public interface ICachedDenoiserFactory
{
    /// <summary>The denoiser under a policy; made once for each pair and then shared.</summary>
    /// <param name="denoiser">The stages, with sizes for all axes. Borrowed.</param>
    /// <param name="policy">The policy's name; <see langword="null"/> for the default.</param>
    /// <param name="overrides">Settings that differ for this caller.</param>
    /// <exception cref="UnknownCachePolicyException">Nobody registered the name.</exception>
    /// <exception cref="CachePlanException">The policy cannot run on the layout; the message says what is missing.</exception>
    CachedDenoiser GetDenoiser(StagedDenoiser denoiser, string? policy = null, CachePolicyOverrides? overrides = null);
}
