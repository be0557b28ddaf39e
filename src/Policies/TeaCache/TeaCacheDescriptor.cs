namespace CachePolicies.Policies;

/// <summary>TeaCache as it is registered.</summary>
internal static class TeaCacheDescriptor
{
    private const string Authors = "TeaCache's authors";
    private const string Nobody = "no polynomial was published for it";

    public static CachePolicyDescriptor<TeaCacheOptions> Instance { get; } = new("TeaCache", static (options, name) => new TeaCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**TeaCache** ([2411.19108](https://arxiv.org/abs/2411.19108))",
                "modulated input, accumulated through a polynomial",
                "all blocks"),
        ],
        AsPublished = ["ClampNegative=false"],
        Calibration = TeaCacheFit.Calibrate,
        Families =
        [
            new(ModelFamily.Flux, Authors, "Family=Flux", "Threshold=0.25"),
            new(ModelFamily.TangoFlux, Authors, "Family=TangoFlux"),
            new(ModelFamily.HunyuanVideo, Authors, "Family=HunyuanVideo", "Threshold=0.1"),
            new(ModelFamily.LtxVideo, Authors, "Family=LtxVideo", "Threshold=0.03"),
            new(ModelFamily.Mochi, Authors, "Family=Mochi", "Threshold=0.06"),
            new(ModelFamily.Cosmos, Authors, "Family=Cosmos"),
            new(ModelFamily.CogVideoX2B, Authors, "Family=CogVideoX2B"),
            new(ModelFamily.CogVideoX5B, Authors, "Family=CogVideoX5B"),
            new(ModelFamily.CogVideoX15, Authors, "Family=CogVideoX15"),
            new(ModelFamily.HiDream, Authors, "Family=HiDreamFull"),
            new(ModelFamily.LuminaNext, Authors, "Family=LuminaNext"),
            new(ModelFamily.Wan, Authors, "Family=Wan21Small", "Threshold=0.08"),
            new(ModelFamily.Wan21Small, Authors, "Family=Wan21Small", "Threshold=0.08"),
            new(ModelFamily.Wan21Large, Authors, "Family=Wan21Large", "Threshold=0.2"),

            // U-Nets: the change itself.
            new(ModelFamily.StableDiffusion, Nobody, "Coefficients=1,0"),
            new(ModelFamily.StableDiffusionXL, Nobody, "Coefficients=1,0"),
        ],
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(TeaCacheOptions.Threshold), 0.01, 2, 60),
            new(model.Calibrated),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>TeaCache.</content>
public static partial class CachePolicy
{
    /// <summary>TeaCache. <inheritdoc cref="TeaCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy TeaCache(TeaCacheOptions? options = null, string name = "TeaCache") => TeaCacheDescriptor.Instance.Create(options ?? new(), name);
}
