using System.Globalization;
using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>
/// What the run-time itself costs on a staged ONNX model: each policy under scripted decisions against what the times of the stages alone allow, the
/// time of a check, and managed allocations. With one thread everything runs on the calling thread and is timed by its own clock.
/// </summary>
internal static class BackendBench
{
    public const string Usage =
        "       dotnet run -c Release --project bench -- backends [--model models/emoji] [--flux small|Float16|BFloat16] [--provider CPU] [--threads 1] [--waiting Sleep] [--steps 100] [--rounds 7]";

    public static int Run(string[] arguments)
    {
        var settings = Parse(arguments);
        var options = new OnnxRuntimeOptions
        {
            Providers = [settings.GetValueOrDefault("provider", "CPU")],
            Threads = int.Parse(settings.GetValueOrDefault("threads", "1"), CultureInfo.InvariantCulture),
            ThreadWaiting = Enum.Parse<ThreadWaiting>(settings.GetValueOrDefault("waiting", nameof(ThreadWaiting.Sleep))),
        };
        var steps = int.Parse(settings.GetValueOrDefault("steps", "100"), CultureInfo.InvariantCulture);
        var rounds = int.Parse(settings.GetValueOrDefault("rounds", "7"), CultureInfo.InvariantCulture);
        using var backend = new OnnxRuntimeBackend(options);
        using var written = FluxShaped(settings.GetValueOrDefault("flux"));
        using var model = OnnxDenoiserModel.Load(written?.Path ?? settings.GetValueOrDefault("model", "models/emoji"), backend);
        var clock = options is { Threads: 1 } && backend.Selection.Chosen == "CPU" ? BenchClock.Thread : BenchClock.Wall;
        Console.WriteLine($"{backend.Selection} {model.Manifest.Name}, {steps} steps, one lane, {options.Threads} threads, waiting: {options.ThreadWaiting}, {clock.Name}.");
        foreach (var copy in model.HostCopies)
        {
            Console.WriteLine($"Copied to the host at each run: {copy}.");
        }

        var run = new BackendRun(model.Denoiser, steps, rounds, clock);
        var stages = run.StageSeconds();
        ReportStages(model.Denoiser.Layout, stages);
        ReportPolicies(run, stages);
        ReportChecks(run, stages.Sum());
        return 0;
    }

    // A model of FLUX's shape in a folder that goes away: "small", or an element type for the full size.
    private static TemporaryModel? FluxShaped(string? size) => size switch
    {
        null => null,
        "small" => new TemporaryModel(FluxShapedModel.Small),
        _ => new TemporaryModel(FluxShapedModel.Flux(Enum.Parse<ElementType>(size, ignoreCase: true))),
    };

    private static void ReportStages(DenoiserLayout layout, double[] stages)
    {
        Console.WriteLine();
        Console.WriteLine("| stage | mean µs |");
        Console.WriteLine("|---|---:|");
        for (var i = 0; i < stages.Length; i++)
        {
            Write($"| {layout.Stages[i].Name} | {stages[i] * 1e6:F0} |");
        }
    }

    private static void ReportPolicies(BackendRun run, double[] stages)
    {
        Console.WriteLine();
        Console.WriteLine("| policy under scripted decisions (75 % full hits, 5 % detail hits) | ms a step | speed-up | ideal | realised / ideal | bytes a step |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        ICachePolicy[] policies =
        [
            CachePolicy.None, CachePolicy.H2Cache(), CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual }, "H2Cache, first-block residual"),
            CachePolicy.BlockCache(), CachePolicy.TeaCache(), CachePolicy.DiCache(new DiCacheOptions { RetentionRatio = 0 }),
        ];
        foreach (var row in run.Policies(policies, stages))
        {
            Write($"| {row.Name} | {row.SecondsPerStep * 1e3:F3} | {row.Speedup:F2} | {row.Ideal:F2} | {row.Speedup / row.Ideal:F3} | {row.BytesPerStep:F0} |");
        }
    }

    private static void ReportChecks(BackendRun run, double step)
    {
        Console.WriteLine();
        Console.WriteLine("| check | µs | of a step |");
        Console.WriteLine("|---|---:|---:|");
        foreach (var (name, seconds) in run.Checks())
        {
            Write($"| {name} | {seconds * 1e6:F1} | {100 * seconds / step:F2} % |");
        }
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static Dictionary<string, string> Parse(string[] arguments)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            settings[arguments[i].TrimStart('-')] = arguments[i + 1];
        }

        return settings;
    }

    private sealed class TemporaryModel : IDisposable
    {
        public TemporaryModel(FluxShapedModel model) => model.Write(Path);

        public string Path { get; } = Directory.CreateTempSubdirectory("cachepolicies").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
