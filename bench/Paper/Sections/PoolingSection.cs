using CachePolicies.Backends.Cpu;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// What pooling saves and what it costs: the checks on features of FLUX's size for the time, the trained models at divisors that pool for decisions and
/// quality.
/// </summary>
internal sealed class PoolingSection : IPaperSection
{
    private const int Rounds = 9;

    /// <summary>The published divisors pool windows of 8 and 12 rows.</summary>
    private const int PublishedWindow = 8;

    private static readonly TensorShape StructureFeature = new(4096, 3072);
    private static readonly TensorShape DetailFeature = new(4608, 3072);
    private static readonly int[] Windows = [1, 2, 4, 8, 16, 32];

    public string Title => "Pooling";

    public void Run(PaperRun run, SectionText text)
    {
        text.Heading("Time of the checks on features of FLUX's size");
        var saved = MeasureChecks(run, text);
        run.Publish();
        foreach (var model in run.Models)
        {
            MeasureQuality(run, model, text, saved);
            run.Publish();
        }
    }

    /// <summary>Times both checks of an evaluation at a range of divisors.</summary>
    /// <returns>The share of the checks' time that the published divisors save.</returns>
    private static double MeasureChecks(PaperRun run, SectionText text)
    {
        text.Paragraph("Random numbers, float32, one thread of the processor: time alone, no pictures. The published divisors are 512 and 384; the last row pools nothing.");
        using var backend = new CpuBackend();
        CpuTensor[] structure = [KernelBench.Feature(backend, StructureFeature, 1), KernelBench.Feature(backend, StructureFeature, 2)];
        CpuTensor[] detail = [KernelBench.Feature(backend, DetailFeature, 3), KernelBench.Feature(backend, DetailFeature, 4)];
        (int Structure, int Detail)[] divisors = [(1, 1), (8, 8), (64, 64), (512, 384), (2048, 2048), (4096, 4608)];
        var timings = Interleaved.Measure(
            run.Options.Rounds ?? Rounds,
            0,
            [
                .. divisors.Select(d => KernelBench.Distance(backend, SimilarityEstimator.PooledRelativeL1(d.Structure), "", structure[0], structure[1])),
                .. divisors.Select(d => KernelBench.Distance(backend, SimilarityEstimator.PooledRelativeL1(d.Detail), "", detail[0], detail[1])),
            ]);
        var table = new TextTable(new("Dp1 / Dp2"), new("windows"), new($"structure {StructureFeature}"), new($"detail {DetailFeature}"), new("both"), new("against no pooling"));
        double[] both = [.. divisors.Select((_, i) => timings[i].Median + timings[i + divisors.Length].Median)];
        for (var i = 0; i < divisors.Length; i++)
        {
            var (dp1, dp2) = divisors[i];
            table.AddRow(
                Invariant($"{dp1} / {dp2}"),
                Invariant($"{SimilarityEstimator.PoolWindow(StructureFeature, dp1)} / {SimilarityEstimator.PoolWindow(DetailFeature, dp2)}"),
                Invariant($"{1000 * timings[i].Median:F2} ms"),
                Invariant($"{1000 * timings[i + divisors.Length].Median:F2} ms"),
                Invariant($"{1000 * both[i]:F2} ms"),
                Invariant($"{100 * ((both[i] / both[^1]) - 1):+0;−0;0} %"));
        }

        text.Table(table);
        return 1 - (both[Array.IndexOf(divisors, (512, 384))] / both[^1]);
    }

    private static void MeasureQuality(PaperRun run, SampleModel model, SectionText text, double savedOfChecks)
    {
        var layout = model.Denoiser.Layout;
        var (latent, structure) = (layout.Latent.Primary.Shape, layout.Require(BoundaryRole.Structure).Primary.Shape);
        var steps = run.StepsOr(50)[0];
        int[] windows = [.. Windows.Where(w => w <= Math.Min(latent[^2], latent[^1]))];
        var policies = windows.Select(w => PaperSettings.H2At(Invariant($"window {w}"), 0.15, 0.18, Divisor("Structure", latent, w), Divisor("Detail", structure, w)));
        var results = run.Compare(model, steps, run.Prompts(model, 3), [.. policies], controls: []);
        ComparedRow[] rows = [.. results.Policies];
        var plain = rows[0];
        var check = CheckSeconds(latent) + CheckSeconds(structure);
        var share = check * steps * 2 / plain.Seconds;

        text.Heading($"Decisions and quality on {model.Name}");
        text.Paragraph(Invariant(
            $"H2-Cache at τ1 0.15 and τ2 0.18, {steps} steps, {plain.Runs.Count} pictures. The latent is {latent} and the structure {structure}: the published divisors pool nothing here, so the divisors are chosen for windows of 1 (no pooling) to {windows[^1]} rows, as far as each feature has them. Decisions that change: evaluations of the pass with the prompt that compute another part of the model than without pooling."));
        var table = new TextTable(new("window"), new("Dp1 / Dp2"), new("full / part / skipped"), new("decisions that change"), new("ideal speed-up"), new("PSNR"), new("SSIM"), new("SSIM against no pooling"));
        foreach (var (row, window) in rows.Zip(windows))
        {
            table.AddRow(
                Invariant($"{window}"),
                Invariant($"{DivisorOf(latent, window)} / {DivisorOf(structure, window)}"),
                row.Extents.ToString(),
                Invariant($"{100 * ChangedDecisions(row, plain):F0} %"),
                Figures.Times(row.Ideal),
                Figures.Decibels(row.Psnr),
                Invariant($"{row.Ssim:F4}"),
                Invariant($"{100 * ((row.Ssim / plain.Ssim) - 1):+0.00;−0.00;0.00} %"));
        }

        text.Table(table);
        text.Paragraph(Invariant($"Both checks without pooling take {1e6 * check:F0} µs of one thread, at most {100 * share:F2} % of a picture's time at these settings."));
        var largest = rows.Zip(windows).Where(r => r.Second is > 1 and <= PublishedWindow).Select(r => 100 * Math.Abs((r.First.Ssim / plain.Ssim) - 1)).DefaultIfEmpty(double.NaN).Max();
        text.Claim(new PaperClaim(
            "Pooling cuts up to 14.5 % of the time.",
            model.Name,
            Invariant($"at FLUX's size the published divisors {(savedOfChecks > 0 ? "save" : "add")} {100 * Math.Abs(savedOfChecks):F0} % of the checks' time; all checks are {100 * share:F2} % of a picture's time on this model, and pooling can save no more"),
            "the checks' share of a picture is between 7 % and 22 %, so that pooling can save half to one and a half times as much as published",
            share is >= 0.0725 and <= 0.2175));
        text.Claim(new PaperClaim(
            "Pooling changes quality by less than 3 %.",
            model.Name,
            Invariant($"SSIM changes by at most {largest:F2} % over windows of 2 to {PublishedWindow} rows"),
            "SSIM changes by less than 3 % at all windows up to the published 8 rows",
            double.IsFinite(largest) ? largest < 3 : null));
    }

    private static string Divisor(string stage, TensorShape shape, int window) => Invariant($"{stage}PoolDivisor={DivisorOf(shape, window)}");

    /// <summary>The largest divisor whose windows hold at least the given number of rows; where the feature has fewer rows, one window holds them all.</summary>
    private static int DivisorOf(TensorShape shape, int window) => (int)Math.Max(1, shape[^2] / window);

    /// <summary>The share of evaluations that computed something else than without pooling.</summary>
    private static double ChangedDecisions(ComparedRow row, ComparedRow plain) =>
        row.Runs.Zip(plain.Runs, (a, b) => a.Log.Decisions.Zip(b.Log.Decisions, (x, y) => x == y ? 0.0 : 1).Average()).Average();

    /// <summary>The time of a check without pooling.</summary>
    private static double CheckSeconds(TensorShape shape)
    {
        using var backend = new CpuBackend();
        var (a, b) = (KernelBench.Feature(backend, shape, 1), KernelBench.Feature(backend, shape, 2));
        return Interleaved.Measure(Rounds, 0.002, KernelBench.Distance(backend, SimilarityEstimator.RelativeL1, "", a, b))[0].Median;
    }
}
