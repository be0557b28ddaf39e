using CachePolicies.Backends.Cpu;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>Which similarity metric foretells the error that reuse makes, and what each costs.</summary>
internal sealed class MetricSection : IPaperSection
{
    private const int Rounds = 5;

    private static readonly int[] Gaps = [1, 2, 3, 5];
    private static readonly TensorShape FluxFeature = new(4096, 3072);

    public string Title => "Similarity metrics";

    public void Run(PaperRun run, SectionText text)
    {
        text.Paragraph(
            "Uncached runs, recorded. For every two evaluations 1, 2, 3 and 5 apart: what each metric says at the two places where H2-Cache measures, and the true error of reusing the earlier "
            + "output in place of the later one (relative L2). The figure is Spearman's rank correlation of the two: 1 where the metric puts all pairs in the order of their errors. "
            + "Pooled by windows of 2 and 4 rows, since the published divisors pool nothing here. Frequencies: SeaCache's filter, relative L1 of what the noise level leaves of each frequency.");
        foreach (var model in run.Models)
        {
            Correlate(run, model, text);
            run.Publish();
        }

        text.Heading("What they cost at FLUX's size");
        MeasureCosts(run, text);
    }

    private static void Correlate(PaperRun run, SampleModel model, SectionText text)
    {
        var steps = run.StepsOr(50)[0];
        var layout = model.Denoiser.Layout;
        Boundary[] places = [layout.Latent, layout.Require(BoundaryRole.Structure)];
        var metrics = PaperMetrics.All(layout);
        var prompts = run.Prompts(model, 2);
        var pairs = metrics.Select(_ => places.Select(_ => Gaps.Select(_ => new List<double>()).ToArray()).ToArray()).ToArray();
        var errors = Gaps.Select(_ => new List<double>()).ToArray();
        foreach (var prompt in prompts)
        {
            using var recorded = RecordedFeatures.Of(model, prompt, steps);
            for (var gap = 0; gap < Gaps.Length && Gaps[gap] < recorded.Evaluations.Count; gap++)
            {
                errors[gap].AddRange(recorded.Distances(layout.Output, SimilarityEstimator.RelativeL2, Gaps[gap]));
                for (var metric = 0; metric < metrics.Count; metric++)
                {
                    for (var place = 0; place < places.Length; place++)
                    {
                        pairs[metric][place][gap].AddRange(recorded.Distances(places[place], metrics[metric].On(places[place].Primary.Shape), Gaps[gap]));
                    }
                }
            }
        }

        double[] allErrors = [.. errors.SelectMany(e => e)];
        text.Heading(model.Name);
        text.Paragraph(Invariant($"{prompts.Length} pictures of {steps} steps, {allErrors.Length} pairs."));
        var table = new TextTable([
            new TableColumn("metric", ColumnAlignment.Left),
            .. places.SelectMany(p => Gaps.Select(g => new TableColumn(Invariant($"{p.Name}, {g} apart"))).Append(new TableColumn($"{p.Name}, all"))),
        ]);
        var overall = metrics.Select((m, i) => (m.Name, At: pairs[i].Select(p => Statistics.RankCorrelation([.. p.SelectMany(d => d)], allErrors)).ToArray())).ToArray();
        for (var metric = 0; metric < metrics.Count; metric++)
        {
            table.AddRow([
                metrics[metric].Name,
                .. places.SelectMany((_, p) => Gaps.Select((_, g) => Statistics.RankCorrelation(pairs[metric][p][g], errors[g])).Append(overall[metric].At[p])).Select(Number),
            ]);
        }

        text.Table(table);
        Decide(text, model, places, overall);
    }

    private static void Decide(SectionText text, SampleModel model, Boundary[] places, (string Name, double[] At)[] overall)
    {
        text.Paragraph(string.Join(" ", places.Select((p, i) => overall.MaxBy(m => m.At[i]) is var best ? Invariant($"At '{p.Name}' {best.Name} foretells best ({Number(best.At[i])}).") : "")));
        var (pooled, full) = (overall.First(m => m.Name == PaperMetrics.Pooled), overall.First(m => m.Name == PaperMetrics.Full));
        var lost = places.Select((_, i) => full.At[i] - pooled.At[i]).Max();
        text.Claim(new PaperClaim(
            "Pooled summaries measure similarity as well as whole features do.",
            model.Name,
            string.Join("; ", places.Select((p, i) => $"{p.Name}: pooled {Number(pooled.At[i])}, whole {Number(full.At[i])}")),
            "pooling loses at most 0.02 of the rank correlation with the true error",
            double.IsFinite(lost) ? lost <= 0.02 : null));
    }

    private static void MeasureCosts(PaperRun run, SectionText text)
    {
        var metrics = PaperMetrics.All(run.Models[0].Denoiser.Layout);
        using var backend = new CpuBackend();
        var (a, b) = (KernelBench.Feature(backend, FluxFeature, 1), KernelBench.Feature(backend, FluxFeature, 2));
        var timings = Interleaved.Measure(
            run.Options.Rounds ?? Rounds,
            0,
            [
                KernelBench.Distance(backend, SimilarityEstimator.PooledRelativeL1(512), "PFS, divisor 512 (windows of 8)", a, b),
                .. metrics.Select(m => KernelBench.Distance(backend, m.On(FluxFeature), m.Name, a, b)),
            ]);
        text.Paragraph($"Random numbers {FluxFeature}, float32, one thread of the processor; the grid of tokens is 64 × 64.");
        var table = new TextTable(new("metric", ColumnAlignment.Left), new("time"), new("against relative L1"));
        var full = timings.First(t => t.Name == PaperMetrics.Full);
        foreach (var timing in timings)
        {
            table.AddRow(timing.Name, Invariant($"{1000 * timing.Median:F1} ms"), Invariant($"{timing.RatioTo(full):F2}"));
        }

        text.Table(table);
    }

    private static string Number(double correlation) => double.IsFinite(correlation) ? correlation.ToString("0.000;−0.000", System.Globalization.CultureInfo.InvariantCulture) : Figures.None;
}
