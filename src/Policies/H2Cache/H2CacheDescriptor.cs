namespace CachePolicies.Policies;

/// <summary>H2-Cache as it is registered.</summary>
internal static class H2CacheDescriptor
{
    public static CachePolicyDescriptor<H2CacheOptions> Instance { get; } = new("H2Cache", Create)
    {
        Summaries =
        [
            new(
                "**H2-Cache** ([2510.27171](https://arxiv.org/abs/2510.27171)), the paper's algorithm",
                "latent, then structure output, both pooled",
                "to the output: full hit, detail hit, full compute"),
            new(
                "**H2-Cache**, the authors' code (`Variant` FirstBlockResidual)",
                "residual of the first block of each stage",
                "the other blocks of the stage",
                "the same thresholds and divisors; the authors set 0.12, 0.10, 2048, 384"),
        ],
        HasTwoStages = true,
        Families =
        [
            new(ModelFamily.Flux, "the authors' code", "StructureThreshold=0.12", "DetailThreshold=0.1", "StructurePoolDivisor=2048", "DetailPoolDivisor=384") { Where = "Variant=FirstBlockResidual" },
            new(ModelFamily.Flux, "arXiv 2510.27171, 1024 × 1024, 100 steps", "StructureThreshold=0.15", "DetailThreshold=0.18", "StructurePoolDivisor=512", "DetailPoolDivisor=384"),
        ],
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(H2CacheOptions.StructureThreshold), 0.01, 0.6, 14),
            TuningDimension.Thresholds(nameof(H2CacheOptions.DetailThreshold), 0.01, 0.6, 14),
            TuningDimension.PoolDivisors(nameof(H2CacheOptions.StructurePoolDivisor), model.Layout.Latent.Primary.Shape),
            TuningDimension.PoolDivisors(nameof(H2CacheOptions.DetailPoolDivisor), model.Layout.Require(BoundaryRole.Structure).Primary.Shape),
            TuningDimension.Each(nameof(CachePolicyOptions.ForcedLastSteps), "0", "3", "5"),
            new([[], Schedule("0.5", "1.5"), Schedule("1.5", "0.5")]),
        ],
    };

    private static ICachePolicy Create(H2CacheOptions options, string name)
    {
        var isPaper = options.Variant == H2CacheVariant.Paper;
        ICachePolicy policy = isPaper ? new H2CachePaperPolicy(options, name) : new H2CacheFirstBlockPolicy(options, name);
        return options.Adaptive.Enabled
            ? new H2AdaptivePolicy(
                policy,
                new H2Adaptation(options.Adaptive),
                isPaper ? H2CachePaperPolicy.StructureDistance : H2CacheFirstBlockPolicy.StructureDistance,
                isPaper ? H2CachePaperPolicy.Moves(options) : ReferenceUpdate.WhenStageComputed)
            : policy;
    }

    /// <summary>Thresholds that go from one factor to another over the steps.</summary>
    private static string[] Schedule(string start, string end) =>
        ["Adaptive.Enabled=true", $"Adaptive.StartFactor={start}", $"Adaptive.EndFactor={end}", "Adaptive.Reaction=0"];
}

/// <content>H2-Cache.</content>
public static partial class CachePolicy
{
    /// <summary>H2-Cache. <inheritdoc cref="H2CacheOptions" path="/summary"/></summary>
    /// <param name="options">The settings; the defaults otherwise.</param>
    /// <param name="name">The name in configuration, telemetry and messages.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static ICachePolicy H2Cache(H2CacheOptions? options = null, string name = "H2Cache") => H2CacheDescriptor.Instance.Create(options ?? new(), name);
}
