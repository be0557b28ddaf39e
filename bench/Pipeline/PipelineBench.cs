using System.Text;
using CachePolicies.Diffusers;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// What a pipeline of FLUX's or Stable Diffusion 3's shape costs, whole and in stages: opening, encoders, first run, steps, VAE, and the most memory that
/// a process of its own ever had. The folders are written by code, with random weights.
/// </summary>
internal static class PipelineBench
{
    private const int DefaultRounds = 5;
    private const int DefaultThreads = 2;

    private static readonly int[] Sides = [768, 1024];
    private static readonly string[] Growths = ["Doubling", "AsRequested", "PerSession"];

    public static void Run(BenchOptions options)
    {
        if (PartProcess.Requested is { } request)
        {
            PartProcess.Report(PartRun.Of(request));
            return;
        }

        var (rounds, threads) = (options.Rounds ?? DefaultRounds, options.Threads ?? DefaultThreads);
        var report = new StringBuilder("# What a pipeline costs, whole and in stages\n\n");
        report.Append(Invariant($"    dotnet run -c Release --project bench -- pipeline\n\nCPU, {threads} threads, one lane, float32 weights at random; each row of memory is a process of its own, and MB are 10⁶ bytes of resident memory, weights that are mapped from files included.\n"));
        foreach (var name in RandomPipeline.Names.Where(n => n.Contains(options.Only, StringComparison.OrdinalIgnoreCase)))
        {
            Console.Error.WriteLine($"{name}: writing and cutting");
            using var pipeline = RandomPipeline.Write(name);
            var folder = DiffusersFolder.Open(pipeline.Path);
            DiffusersImport.Ensure(folder);
            report.Append(Invariant($"\n## {name}: {folder.Denoiser.Bytes / 1e9:F2} GB of denoiser\n"));
            PartRequest Part(MeasuredPart what, int side, string growth = "Doubling") => new(what, pipeline.Path, side, threads, rounds, growth);
            foreach (var section in new Func<string>[] { () => Memory(Part), () => Growth(Part), () => Steps(Part, rounds), () => Picture(Part) })
            {
                report.Append('\n').Append(section());
                options.Write("pipeline.md", report.ToString());
            }
        }

        options.Publish("pipeline.md", report.ToString());
    }

    private static string Memory(Func<MeasuredPart, int, string, PartRequest> part)
    {
        var table = Table("picture", "denoiser", "opened in s", "MB when open", "first step s", "second step s", "MB at most", "staged / whole");
        foreach (var side in Sides)
        {
            var whole = Measure(part(MeasuredPart.Whole, side, "Doubling"));
            var staged = Measure(part(MeasuredPart.Staged, side, "Doubling"));
            Row("whole", whole, "");
            Row("staged", staged, Invariant($"{staged["peak"] / whole["peak"]:F2}"));

            void Row(string name, Dictionary<string, double> f, string ratio) => table.AddRow(
                Invariant($"{side}²"), name, Invariant($"{f["opening"]:F1}"), Megabytes(f["resident after opening"]), Invariant($"{f["first step"]:F1}"), Invariant($"{f["second step"]:F1}"), Megabytes(f["peak"]), ratio);
        }

        return $"Memory and the first run; asked for: at most 1.05 times the whole model's memory.\n\n{table.ToMarkdown()}";
    }

    private static string Growth(Func<MeasuredPart, int, string, PartRequest> part)
    {
        var table = Table("arena in host memory", "first step s", "second step s", "MB at most");
        foreach (var growth in Growths)
        {
            var f = Measure(part(MeasuredPart.Staged, Sides[0], growth));
            table.AddRow(NameOf(growth), Invariant($"{f["first step"]:F1}"), Invariant($"{f["second step"]:F1}"), Megabytes(f["peak"]));
        }

        return $"The stages at {Sides[0]}² by how the arena of intermediate results grows.\n\n{table.ToMarkdown()}";
    }

    private static string Steps(Func<MeasuredPart, int, string, PartRequest> part, int rounds)
    {
        var table = Table("picture", "whole s", "staged s", "realised: whole / staged");
        foreach (var side in Sides)
        {
            var f = Measure(part(MeasuredPart.Steps, side, "Doubling"));
            double[] Of(string name) => [.. Enumerable.Range(0, rounds).Select(r => f[$"{name} {r}"])];
            var (whole, staged) = (Of("whole"), Of("staged"));
            table.AddRow(
                Invariant($"{side}²"), Invariant($"{Statistics.Median(whole):F2}"), Invariant($"{Statistics.Median(staged):F2}"), Invariant($"{Statistics.Median([.. whole.Zip(staged, (w, s) => w / s)]):F3}"));
        }

        return $"A step, the two in turn, medians of {rounds} rounds; asked for: at least 0.97.\n\n{table.ToMarkdown()}";
    }

    private static string Picture(Func<MeasuredPart, int, string, PartRequest> part)
    {
        var table = Table("picture", "encoders s", "encoded before s", "step s", "VAE s", "VAE again s", "MB before the step", "MB at most");
        foreach (var side in Sides)
        {
            var f = Measure(part(MeasuredPart.Picture, side, "Doubling"));
            table.AddRow(
                Invariant($"{side}²"), Invariant($"{f["encoders"]:F1}"), Invariant($"{f["second preparation"]:F2}"), Invariant($"{f["steps"]:F1}"), Invariant($"{f["first VAE"]:F1}"), Invariant($"{f["second VAE"]:F1}"), Megabytes(f["peak after opening"]), Megabytes(f["peak"]));
        }

        return $"A picture of one step from its prompt, opening included.\n\n{table.ToMarkdown()}";
    }

    private static Dictionary<string, double> Measure(PartRequest request)
    {
        Console.Error.WriteLine(Invariant($"{request.What}, {request.Side}², {request.Growth}"));
        return PartProcess.Run(request);
    }

    private static TextTable Table(params string[] titles) => new([.. titles.Select((t, i) => new TableColumn(t, i == 0 || t == "denoiser" ? ColumnAlignment.Left : ColumnAlignment.Right))]);

    private static string Megabytes(double bytes) => Invariant($"{bytes / 1e6:F0}");

    private static string NameOf(string growth) => growth switch
    {
        "Doubling" => "one, doubling (the default)",
        "AsRequested" => "one, as requested",
        _ => "one for each session",
    };
}
