using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;
using CachePolicies.Traces;

namespace CachePolicies.Comparison.Tests;

/// <summary>Comparisons with figures that a test chooses; decisions are those of recorded runs.</summary>
internal static class ComparedResults
{
    private static readonly RunConditions Conditions = new("tiny", "sha256:0", "cpu", "a processor", 2, null, ".NET", "1.0.0", new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));

    public static ComparisonResults Create(int steps, IReadOnlyList<string> prompts, params (string Policy, double Speedup, double Psnr)[] policies) => new(
        Conditions, steps, 3, PlannedPicture.Each(prompts, [1, 2]), new ClockQuality(0.01, IsUsable: true),
        [
            Row(ComparedKind.Uncached, "uncached", "none", steps, prompts, 1, double.PositiveInfinity),
            .. policies.Select(p => Row(ComparedKind.Policy, p.Policy, p.Policy, steps, prompts, p.Speedup, p.Psnr)),
        ]);

    public static ComparedRow Row(ComparedKind kind, string label, string policy, int steps, IReadOnlyList<string> prompts, double speedup, double psnr) => new(
        kind, label, policy, steps,
        [
            .. from prompt in Enumerable.Range(0, prompts.Count)
               from seed in new long[] { 1, 2 }
               select new ComparedRun(prompts[prompt], seed, $"images/{label}-{prompt}-{seed}.png")
               {
                   Psnr = psnr + seed,
                   Ssim = 0.99,
                   LatentError = 0.01,
                   Timings = [10 / speedup],
                   Ideal = kind == ComparedKind.Control ? speedup : 1.05 * speedup,
                   Extents = new ExtentCounts(4, 6, 10),
                   Log = Log(policy),
               },
        ])
    {
        Realised = kind == ComparedKind.Policy ? 1 / 1.05 : 1,
        Options = kind == ComparedKind.Policy ? ["Threshold=0.2"] : [],
        Settings = kind == ComparedKind.Policy ? ["Threshold=0.2", "WarmupSteps=0"] : [],
    };

    /// <summary>A picture that tells runs apart.</summary>
    public static RgbImage Picture(ComparedRun run)
    {
        var image = new RgbImage(32, 32);
        for (var i = 0; i < 32; i++)
        {
            image[i, (i + run.Prompt.Length + (int)run.Seed) % 32] = new Rgb((byte)run.Image.Length, 80, (byte)(i * 8));
        }

        return image;
    }

    private static EvaluationLog Log(string policy)
    {
        var (chosen, hasTwoStages) = policy switch
        {
            "h2cache" => (CachePolicy.H2Cache(new H2CacheOptions { StructurePoolDivisor = 6, DetailPoolDivisor = 4 }), true),
            "teacache" => (CachePolicy.TeaCache(new TeaCacheOptions { Threshold = 0.15f, Coefficients = [1, 0] }), false),
            "blockcache" => (CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.1f }), false),
            "dicache" => (CachePolicy.DiCache(), false),
            _ => (CachePolicy.None, false),
        };
        using var backend = new CpuBackend();
        using var trace = TraceReader.Open(Path.Combine(AppContext.BaseDirectory, "Cases", "s_smooth20.probe1.safetensors"));
        var denoiser = new TraceDenoiser(trace, backend);
        var layout = denoiser.Denoiser.Layout;
        return EvaluationLog.Of(denoiser.Replay(chosen), hasTwoStages, layout, StageCosts.Of(layout, trace.Metadata));
    }
}
