namespace CachePolicies.Policies;

/// <summary>Spectrum as it is registered.</summary>
internal static class SpectrumDescriptor
{
    public static CachePolicyDescriptor<SpectrumOptions> Instance { get; } = new("Spectrum", static (options, name) => new SpectrumPolicy(options, name))
    {
        Summaries =
        [
            new(
                "**Spectrum** ([2603.01623](https://arxiv.org/abs/2603.01623))",
                "nothing: growing windows",
                "all blocks, forecast by Chebyshev polynomials"),
        ],
        Tuning = static _ =>
        [
            TuningDimension.Each(nameof(SpectrumOptions.WindowGrowth), "0", "0.25", "0.5", "0.75", "1.5", "3"),
            TuningDimension.Each(nameof(SpectrumOptions.FreeLine), "false", "true"),
            TuningDimension.Each(nameof(SpectrumOptions.Degree), "1", "2", "4"),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>Spectrum.</content>
public static partial class CachePolicy
{
    /// <summary>Spectrum. <inheritdoc cref="SpectrumOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy Spectrum(SpectrumOptions? options = null, string name = "Spectrum") => SpectrumDescriptor.Instance.Create(options ?? new(), name);
}
