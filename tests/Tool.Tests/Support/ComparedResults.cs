using CachePolicies.Backends.Cpu;
using CachePolicies.Engine.Traces;
using CachePolicies.Reporting;

namespace CachePolicies.Tool.Tests;

/// <summary>Comparisons with figures that a test chooses; decisions are those of recorded runs.</summary>
internal static class ComparedResults
{
    public static ComparisonResults Create(int steps, IReadOnlyList<string> prompts, params (string Policy, double Speedup, double Psnr)[] policies) => new(
        "tiny", "sha256:0", "cpu", steps, 3, prompts, [1, 2],
        [
            Row(ComparedKind.Uncached, "uncached", "none", steps, prompts.Count, 1, double.PositiveInfinity),
            .. policies.Select(p => Row(ComparedKind.Policy, p.Policy, p.Policy, steps, prompts.Count, p.Speedup, p.Psnr)),
        ]);

    public static ComparedRow Row(ComparedKind kind, string label, string policy, int steps, int prompts, double speedup, double psnr) => new(
        kind, label, policy, kind == ComparedKind.Policy ? ["Threshold=0.2"] : [], steps,
        [
            .. from prompt in Enumerable.Range(0, prompts)
               from seed in new long[] { 1, 2 }
               select new ComparedRun(prompt, seed, 10 / speedup, 1.05 * speedup, psnr + seed, 0.99, 0.01, Trace(policy), $"images/{label}-{prompt}-{seed}.png"),
        ]);

    /// <summary>A picture that tells runs apart.</summary>
    public static RgbImage Picture(ComparedRun run)
    {
        var image = new RgbImage(32, 32);
        for (var i = 0; i < 32; i++)
        {
            image[i, (i + run.Prompt + (int)run.Seed) % 32] = new Rgb((byte)run.Image.Length, 80, (byte)(i * 8));
        }

        return image;
    }

    private static ReplayedRun Trace(string policy)
    {
        var entry = PolicyCatalog.All.FirstOrDefault(p => p.Name == policy) ?? PolicyCatalog.Find("none");
        string[] settings = entry.Name switch
        {
            "h2cache" => ["StructurePoolDivisor=6", "DetailPoolDivisor=4"],
            "teacache" => ["Threshold=0.15", "Coefficients=1,0"],
            "blockcache" => ["Threshold=0.1"],
            _ => [],
        };
        using var backend = new CpuBackend();
        using var trace = TraceReader.Open(ToolRun.Trace);
        var denoiser = new TraceDenoiser(trace, backend);
        var layout = denoiser.Denoiser.Layout;
        return ReplayedRun.Of(denoiser.Replay(PolicySettings.Create(entry.Name, settings).Policy), entry, layout, StageCosts.Of(layout, trace.Metadata));
    }
}
