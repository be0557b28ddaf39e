using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.Policies;
using CachePolicies.Splitting;
using Google.Protobuf;

namespace CachePolicies.Tool.Tests;

/// <summary>Whole generations of models that were exported elsewhere and split here.</summary>
public sealed class SplitGenerationTests
{
    public static TheoryData<string> Models => ["flux", "sd3", "pixart", "wan", "unet"];

    [Theory]
    [InlineData("flux", "")]
    [InlineData("sd3", "")]
    [InlineData("pixart", "")]
    [InlineData("wan", "")]
    [InlineData("unet", "")]
    [InlineData("flux", "external")]
    [InlineData("unet", "external scopes")]
    [InlineData("pixart", "opset11")]
    [InlineData("unet", "ldm")]
    [InlineData("sd3", "batch-of-one")]
    [InlineData("pixart", "batch-of-one")]
    [InlineData("unet", "batch-of-one")]
    public async Task Where_the_runtime_rewrites_nothing_a_split_model_generates_exactly_what_the_whole_model_generates(string name, string variant)
    {
        using var model = await SplitModel.Of(folder => Write(folder, name, variant), GraphOptimization.None);
        var whole = SplitModel.Generate(model.Unsplit, CachePolicy.None);
        Assert.All(whole, number => Assert.True(float.IsFinite(number)));
        Assert.Equal(whole, SplitModel.Generate(model.Staged, CachePolicy.None));
    }

    // The CPU provider keeps float32 between operators within a graph, so that a boundary rounds where the whole model does not.
    [Theory]
    [InlineData("flux", "half")]
    [InlineData("sd3", "half external")]
    [InlineData("pixart", "half scopes")]
    [InlineData("wan", "half")]
    [InlineData("unet", "half")]
    public async Task A_float16_model_differs_by_what_its_boundaries_round(string name, string variant)
    {
        using var model = await SplitModel.Of(folder => Write(folder, name, variant));
        var whole = SplitModel.Generate(model.Unsplit, CachePolicy.None);
        var staged = SplitModel.Generate(model.Staged, CachePolicy.None);
        Assert.InRange(staged.Zip(whole, (a, b) => Math.Abs(a - b)).Max(), 0, 2e-2f * whole.Max(Math.Abs));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_split_model_generates_what_the_whole_model_generates_as_closely_as_its_rewriting_allows(string name)
    {
        using var model = await SplitModel.Of(SplitModel.Fixture(name));
        var staged = SplitModel.Generate(model.Staged, CachePolicy.None);
        var whole = SplitModel.Generate(model.Unsplit, CachePolicy.None);
        var difference = staged.Zip(whole, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(difference, 0, 2e-5f * whole.Max(Math.Abs));
    }

    [Theory]
    [InlineData("flux", "h2 h2-first-block block tea di")]
    [InlineData("sd3", "h2 h2-first-block block tea di")]
    [InlineData("pixart", "h2 h2-first-block block tea di")]
    [InlineData("wan", "h2 h2-first-block block tea di")]
    [InlineData("unet", "h2 block di")]
    [InlineData("unet", "h2 block di", "ldm")]
    [InlineData("flux", "h2 h2-first-block block tea di", "half")]
    [InlineData("sd3", "h2 h2-first-block block tea di", "half")]
    [InlineData("pixart", "h2 h2-first-block block tea di", "half")]
    [InlineData("wan", "h2 h2-first-block block tea di", "half")]
    [InlineData("unet", "h2 block di", "half")]
    public async Task Every_policy_that_applies_skips_and_stays_near_the_whole_model(string name, string policies, string variant = "")
    {
        ArgumentNullException.ThrowIfNull(policies);
        using var model = await SplitModel.Of(folder => Write(folder, name, variant));
        var whole = SplitModel.Generate(model.Unsplit, CachePolicy.None, steps: 24);
        foreach (var policy in policies.Split(' '))
        {
            var skips = new SkipCounter();
            var cached = SplitModel.Generate(model.Staged, Policy(policy), skips, steps: 24);
            var error = Math.Sqrt(cached.Zip(whole, (a, b) => (double)(a - b) * (a - b)).Sum() / whole.Sum(x => (double)x * x));
            Assert.True(skips.Count > 0, $"{policy} skips nothing");
            Assert.True(error < 0.3, $"{policy} is {error:p1} off after {skips.Count} skips");
        }
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("h2-first-block")]
    [InlineData("block")]
    [InlineData("tea")]
    [InlineData("di")]
    public async Task A_video_runs_under_distances_of_the_worst_frame(string policy)
    {
        using var model = await SplitModel.Of(SplitModel.Fixture("wan"));
        var whole = new SkipCounter();
        SplitModel.Generate(model.Staged, Policy(policy), whole, steps: 24);
        var perFrame = new SkipCounter();
        var cached = SplitModel.Generate(model.Staged, Policy(policy).WithPerFrameDistances(), perFrame, steps: 24);
        Assert.All(cached, x => Assert.True(float.IsFinite(x)));
        Assert.InRange(perFrame.Count, 1, whole.Count);
    }

    [Fact]
    public async Task One_frame_that_changes_is_enough_to_compute()
    {
        // Two frames so loud that a step hardly changes them, and one that is made again.
        const int Frames = 3, FrameElements = 16, Changing = 2, Steps = 24;
        using var model = await SplitModel.Of(SplitModel.Fixture("wan"));
        static bool IsChanging(int element) => element / FrameElements % Frames == Changing;
        float[] Run(ICachePolicy policy, SkipCounter skips) =>
            SplitModel.Generate(model.Staged, policy, skips, Steps, (x, element) => x * (IsChanging(element) ? 0.05f : 50));

        H2CacheOptions options = new() { StructureThreshold = 0.1f, DetailThreshold = 0, StructurePoolDivisor = 8 };
        var exact = Run(CachePolicy.None, new SkipCounter());
        var (skipsOfWhole, skipsPerFrame) = (new SkipCounter(), new SkipCounter());
        var whole = Run(CachePolicy.H2Cache(options), skipsOfWhole);
        options.PerFrame = true;
        var perFrame = Run(CachePolicy.H2Cache(options), skipsPerFrame);

        // Both branches of guidance: the whole feature never seems to change, so that only the first step is computed.
        Assert.Equal(2 * (Steps - 1), skipsOfWhole.Count);
        Assert.InRange(skipsPerFrame.Count, 1, Steps);
        double ErrorOf(float[] video) => video.Index().Where(x => IsChanging(x.Index)).Sum(x => Math.Abs(x.Item - exact[x.Index]));
        Assert.True(ErrorOf(perFrame) < ErrorOf(whole) / 2, $"{ErrorOf(perFrame)} against {ErrorOf(whole)}");
    }

    [Fact]
    public async Task Distances_per_frame_of_images_are_refused_with_what_to_declare()
    {
        using var model = await SplitModel.Of(SplitModel.Fixture("pixart"));
        var error = Assert.Throws<CachePlanException>(() => SplitModel.Generate(model.Staged, CachePolicy.H2Cache(new H2CacheOptions { PerFrame = true })));
        Assert.Contains("'latent/image' [4, 8, 8] of the model 'pixart' declares no frames", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"frames\": { \"axis\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_a_U_Net_lacks_something_for_says_what()
    {
        using var model = await SplitModel.Of(SplitModel.Fixture("unet"));
        var error = Assert.Throws<CachePlanException>(() => SplitModel.Generate(model.Staged, Policy("h2-first-block")));
        Assert.Contains("detail.probe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TeaCache_looks_at_what_the_first_block_of_a_U_Net_reads()
    {
        using var model = await SplitModel.Of(SplitModel.Fixture("unet"));
        var skips = new SkipCounter();
        SplitModel.Generate(model.Staged, CachePolicy.TeaCache(new TeaCacheOptions { Threshold = 1, Coefficients = [1, 0] }), skips, steps: 24);
        Assert.True(skips.Count > 0);
    }

    [Fact]
    public async Task An_unsplit_model_runs_the_policies_that_need_only_its_ends()
    {
        using var model = await SplitModel.Of(SplitModel.Fixture("flux"));
        var skips = new SkipCounter();
        SplitModel.Generate(model.Unsplit, CachePolicy.EasyCache(new EasyCacheOptions { Threshold = 0.3f }), skips, steps: 24);
        Assert.True(skips.Count > 0);
        var error = Assert.Throws<CachePlanException>(() => SplitModel.Generate(model.Unsplit, Policy("block")));
        Assert.Contains("cachepolicies split", error.Message, StringComparison.Ordinal);
    }

    // A fixture as another exporter would have written it.
    private static string Write(string folder, string name, string? variant)
    {
        var model = OnnxModelFile.Load(SplitModel.Fixture(name)).Model;
        var steps = (variant ?? "").Split(' ');
        foreach (var step in steps)
        {
            model = step switch
            {
                "half" => ModelVariants.Half(model),
                "scopes" => ModelVariants.ScopeMetadata(model),
                "ldm" => ModelVariants.LatentDiffusionNames(model),
                "opset11" => ModelVariants.Opset11(model),
                "batch-of-one" => ModelVariants.FixedBatch(model, 1),
                _ => model,
            };
        }

        if (steps.Contains("external"))
        {
            return ModelVariants.WriteExternal(model, folder, name);
        }

        var path = Path.Combine(folder, name + ".onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    private static ICachePolicy Policy(string name) => name switch
    {
        "h2" => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = 0.1f, DetailThreshold = 0.15f, StructurePoolDivisor = 8, DetailPoolDivisor = 8 }),
        "h2-first-block" => CachePolicy.H2Cache(new H2CacheOptions
        {
            Variant = H2CacheVariant.FirstBlockResidual,
            StructureThreshold = 0.3f,
            DetailThreshold = 0.3f,
            StructurePoolDivisor = 8,
            DetailPoolDivisor = 8,
        }),
        "block" => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.3f }),
        "tea" => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = 0.3f, Coefficients = [1, 0] }),
        "di" => CachePolicy.DiCache(new DiCacheOptions { Threshold = 0.3f, RetentionRatio = 0.1 }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a policy of these tests."),
    };

    private sealed class SkipCounter : IEvaluationObserver
    {
        public int Count { get; private set; }

        public void EvaluationCompleted(EvaluationRecord record) => Count += record.Share == ComputedShare.Full ? 0 : 1;
    }
}
