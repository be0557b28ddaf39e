using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>The samplers that a manifest can name.</summary>
public static class Samplers
{
    private static readonly ImmutableSortedDictionary<string, Func<float, ISampler>> Known = ImmutableSortedDictionary.CreateRange<string, Func<float, ISampler>>(
        StringComparer.Ordinal,
        [
            new("flow-match-euler", shift => new FlowMatchEulerSampler(shift)),
            new("flow-match-heun", shift => new FlowMatchHeunSampler(shift)),
            new("ddim", _ => new DdimSampler()),
        ]);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    /// <summary>The sampler of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="shift">The time shift of a rectified flow; 1 for none.</param>
    /// <exception cref="NotSupportedException">The name is unknown; the message lists those that are not.</exception>
    public static ISampler Create(string name, float shift = 1)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Known.TryGetValue(name, out var create) ? create(shift) : throw new NotSupportedException($"The sampler '{name}' is not known; expected {string.Join(" or ", Names)}.");
    }
}
