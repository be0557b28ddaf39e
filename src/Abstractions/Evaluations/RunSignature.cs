using System.Collections.Immutable;
using System.Globalization;

namespace CachePolicies;

/// <summary>Identifies a kind of run: what was found or measured on one run holds only for runs that agree in all of this.</summary>
/// <param name="Fingerprint">The fingerprint of the model's layout.</param>
/// <param name="Latent">The shape of the latent, such as <c>[16, 64, 64]</c>.</param>
/// <param name="Sampler">The sampler's name.</param>
/// <param name="Guidance">The scale of guidance.</param>
/// <param name="Sigmas">The noise level of each evaluation.</param>
public sealed record RunSignature(string Fingerprint, string Latent, string Sampler, float Guidance, ImmutableArray<float> Sigmas)
{
    /// <summary>How far noise levels and scales of guidance may be apart and still count as equal.</summary>
    private const float Tolerance = 1e-3f;

    /// <summary>How another run differs, as the end of a sentence; <see langword="null"/> where it does not.</summary>
    /// <param name="other">The other run.</param>
    /// <returns>Such as <c>50 evaluations, but this run has 28</c>.</returns>
    public string? Difference(RunSignature other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Fingerprint != Fingerprint ? $"the model with the fingerprint '{Fingerprint}', but this one has '{other.Fingerprint}'"
            : other.Latent != Latent ? $"a latent of {Latent}, but this one has {other.Latent}"
            : other.Sampler != Sampler ? $"the sampler '{Sampler}', but this run has '{other.Sampler}'"
            : other.Sigmas.Length != Sigmas.Length ? $"{Sigmas.Length} evaluations, but this run has {other.Sigmas.Length}"
            : !(Math.Abs(other.Guidance - Guidance) <= Tolerance) ? string.Create(CultureInfo.InvariantCulture, $"a guidance of {Guidance}, but this run has {other.Guidance}")
            : Enumerable.Range(0, Sigmas.Length).FirstOrDefault(i => !(Math.Abs(other.Sigmas[i] - Sigmas[i]) <= Tolerance), -1) is >= 0 and var i
                ? string.Create(CultureInfo.InvariantCulture, $"the noise level {Sigmas[i]} at evaluation {i}, but this run is at {other.Sigmas[i]} there")
            : null;
    }

    /// <summary>Why it cannot be the signature of any run; <see langword="null"/> where it can.</summary>
    public string? WhyNot() =>
        Fingerprint is null || Latent is null || Sampler is null ? "it lacks the model's fingerprint, latent or sampler"
        : Sigmas.IsDefaultOrEmpty || Sigmas.Any(s => !float.IsFinite(s)) || !float.IsFinite(Guidance) ? "it lacks finite noise levels and guidance"
        : null;
}
