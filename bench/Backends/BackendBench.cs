using System.Text;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Policies;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// What the run-time itself costs on a staged ONNX model: each policy under scripted decisions against what the times of the stages alone allow, the
/// time of a check, and managed allocations. With one thread everything runs on the calling thread and is timed by its own clock.
/// </summary>
internal static class BackendBench
{
    private const int DefaultRounds = 20;
    private const int DefaultSteps = 100;

    public static void Run(BenchOptions options)
    {
        var (threads, steps, rounds) = (options.Threads ?? 1, options.Steps ?? DefaultSteps, options.Rounds ?? DefaultRounds);
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = [options.Provider], Threads = threads, ThreadWaiting = options.Waiting });
        using var written = FluxShaped(options.Flux);
        using var model = OnnxDenoiserModel.Load(written?.Path ?? options.ModelDirectory, backend);
        var clock = threads == 1 && backend.Selection.Chosen == "CPU" ? BenchClock.Thread : BenchClock.Wall;
        var report = new StringBuilder("# What the run-time costs\n\n");
        report.Append(Invariant($"{backend.Selection} {model.Manifest.Name}, {steps} steps, one lane, {rounds} rounds, {threads} {(threads == 1 ? "thread" : "threads")}, waiting: {options.Waiting}, {clock.Name}.\n"));
        foreach (var copy in model.HostCopies)
        {
            report.Append(Invariant($"Copied to the host at each run: {copy}.\n"));
        }

        var run = new BackendRun(model.Denoiser, steps, rounds, clock);
        var stages = run.StageSeconds();
        report.Append('\n').Append(Stages(model.Denoiser.Layout, stages));
        report.Append('\n').Append(Policies(run, stages));
        report.Append("\nRealised over ideal: at least 0.93 was asked for. Managed bytes: all that the generation's thread allocates, by the engine, the policy and the binding to the native run-time together; 0 was asked for.\n");
        report.Append('\n').Append(Checks(run, stages.Sum()));
        if (options.Out is not null || (options.Flux is null && options.Provider == "CPU"))
        {
            options.Publish("backends.md", report.ToString());
        }
        else
        {
            Console.WriteLine(report);
        }
    }

    // A model of FLUX's shape in a folder that goes away: "small", or an element type for the full size.
    private static TemporaryModel? FluxShaped(string? size) => size switch
    {
        null => null,
        "small" => new TemporaryModel(FluxShapedModel.Small),
        _ => new TemporaryModel(FluxShapedModel.Flux(BenchOptions.OneOf<ElementType>("--flux", size))),
    };

    private static string Stages(DenoiserLayout layout, double[] stages)
    {
        var table = new TextTable(new TableColumn("stage", ColumnAlignment.Left), new TableColumn("mean µs"));
        for (var i = 0; i < stages.Length; i++)
        {
            table.AddRow(layout.Stages[i].Name, Invariant($"{stages[i] * 1e6:F0}"));
        }

        return table.ToMarkdown();
    }

    private static string Policies(BackendRun run, double[] stages)
    {
        var table = new TextTable(
            new TableColumn("policy under scripted decisions (75 % full hits, 5 % detail hits)", ColumnAlignment.Left),
            new TableColumn("ms a step"),
            new TableColumn("speed-up"),
            new TableColumn("ideal"),
            new TableColumn("realised / ideal"),
            new TableColumn("managed bytes a step"));
        ICachePolicy[] policies =
        [
            CachePolicy.None, CachePolicy.H2Cache(), CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual }, "H2Cache, first-block residual"),
            CachePolicy.BlockCache(), CachePolicy.TeaCache(), CachePolicy.DiCache(new DiCacheOptions { RetentionRatio = 0 }),
        ];
        foreach (var row in run.Policies(policies, stages))
        {
            table.AddRow(
                row.Name,
                Invariant($"{row.SecondsPerStep * 1e3:F3}"),
                Invariant($"{row.Speedup:F2}"),
                Invariant($"{row.Ideal:F2}"),
                Invariant($"{row.Speedup / row.Ideal:F3}"),
                Invariant($"{row.BytesPerStep:F0}"));
        }

        return table.ToMarkdown();
    }

    private static string Checks(BackendRun run, double step)
    {
        var table = new TextTable(new TableColumn("check", ColumnAlignment.Left), new TableColumn("µs"), new TableColumn("of a step"));
        foreach (var (name, seconds) in run.Checks())
        {
            table.AddRow(name, Invariant($"{seconds * 1e6:F1}"), Invariant($"{100 * seconds / step:F2} %"));
        }

        return table.ToMarkdown();
    }

    private sealed class TemporaryModel : IDisposable
    {
        public TemporaryModel(FluxShapedModel model) => model.Write(Path);

        public string Path { get; } = Directory.CreateTempSubdirectory("cachepolicies").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
