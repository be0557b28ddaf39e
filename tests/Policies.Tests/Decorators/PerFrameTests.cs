namespace CachePolicies.Policies.Tests.Decorators;

public class PerFrameTests
{
    private static readonly FrameAxis Frames = new(0, 2);

    public static TheoryData<CachePolicyOptions, string> Policies => new()
    {
        { new H2CacheOptions(), "pfs-per-frame pfs-per-frame" },
        { new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual }, "pfs-per-frame pfs-per-frame" },
        { new BlockCacheOptions(), "relative-l1-per-frame" },
        { new DBCacheOptions(), "relative-l1-per-frame" },
        { new TeaCacheOptions(), "relative-l1-per-frame" },
        { new DiCacheOptions { ErrorMetric = DiCacheErrorMetric.ProbeMinusInput }, "relative-l1-per-frame relative-l1-per-frame" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_distance_is_that_of_the_worst_frame(CachePolicyOptions options, string estimators)
    {
        ArgumentNullException.ThrowIfNull(options);
        var whole = Create(options).Plan(Video);
        options.PerFrame = true;
        var plan = Create(options).Plan(Video);
        Assert.Equal(estimators, string.Join(' ', plan.Measurements.Select(m => m.Estimator.Name)));
        Assert.All(plan.Measurements, m => Assert.True(plan.NeedsReference(m)));
        Assert.Equal(whole.Skips.Select(s => (s.From, s.To, s.Kept)), plan.Skips.Select(s => (s.From, s.To, s.Kept)));
        Assert.Equal(whole.BytesPerLane, plan.BytesPerLane);
    }

    [Fact]
    public void A_tensor_without_frames_is_named_with_what_to_declare()
    {
        var error = Assert.Throws<CachePlanException>(() => CachePolicy.TeaCache(new TeaCacheOptions { PerFrame = true }).Plan(Layouts.Flux));
        Assert.StartsWith("The measurement 'modulated' is to be taken per frame, but 'embedded/modulated' [12, 8] of the model 'small' declares no frames.", error.Message, StringComparison.Ordinal);
        Assert.Contains("TensorDescriptor.Frames", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_measures_nothing_says_so() =>
        Assert.Contains("'None' measures nothing", Assert.Throws<CachePlanException>(() => CachePolicy.None.WithPerFrameDistances().Plan(Video)).Message, StringComparison.OrdinalIgnoreCase);

    private static DenoiserLayout Video { get; } = new(
        "video",
        [],
        [.. Layouts.Flux.Boundaries.Select(b => new Boundary(b.Name, b.Role, [.. b.Tensors.Select(t => t with { Frames = Frames })]))],
        Layouts.Flux.Stages);

    private static ICachePolicy Create(CachePolicyOptions options) => options switch
    {
        H2CacheOptions o => CachePolicy.H2Cache(o),
        BlockCacheOptions o => CachePolicy.BlockCache(o),
        DBCacheOptions o => CachePolicy.DBCache(o),
        TeaCacheOptions o => CachePolicy.TeaCache(o),
        DiCacheOptions o => CachePolicy.DiCache(o),
        _ => throw new ArgumentOutOfRangeException(nameof(options)),
    };
}
