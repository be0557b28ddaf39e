namespace CachePolicies.Hosting;

/// <summary>The registered policies by name, with their current settings. Thread-safe.</summary>
public interface ICachePolicyProvider
{
    /// <summary>The registered names, in the order of registration.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The name of the policy that is used where none is named.</summary>
    /// <exception cref="UnknownCachePolicyException">The configured default is not registered.</exception>
    string DefaultName { get; }

    /// <summary>
    /// A policy with its current settings. A later change of configuration gives a new policy; whoever holds this one keeps the old settings, so
    /// that nothing changes in the middle of a generation.
    /// </summary>
    /// <param name="name">The name, whatever its case; <see langword="null"/> for the default.</param>
    /// <param name="overrides">Settings that differ; the policy is then made for this caller alone.</param>
    /// <param name="family">The model's family (<see cref="DenoiserLayout.Family"/>), whose published settings stand in for those that nobody set; <see langword="null"/> for the general defaults.</param>
    /// <exception cref="UnknownCachePolicyException">Nobody registered the name; the message lists those that are.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is wrong; the message shows the value and the range.</exception>
    ICachePolicy GetPolicy(string? name = null, CachePolicyOverrides? overrides = null, string? family = null);
}

/// <summary>A policy was asked for that nobody registered.</summary>
/// <param name="name">What was asked for.</param>
/// <param name="registered">What there is.</param>
public sealed class UnknownCachePolicyException(string name, IReadOnlyList<string> registered)
    : ArgumentException($"The policy '{Excerpt.Of(name)}' is not registered. {(registered is { Count: > 0 } ? $"Registered: {string.Join(", ", registered)}." : "None is; call AddH2Cache() or another.")}")
{
    /// <summary>What was asked for.</summary>
    public string PolicyName { get; } = name;

    /// <summary>What there is.</summary>
    public IReadOnlyList<string> Registered { get; } = registered ?? [];
}
