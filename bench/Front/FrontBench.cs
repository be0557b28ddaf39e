using System.Text;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// Which policy leads at which speed: every entry at 28, 50 and 100 steps on known and on new prompts, with the uncached loop of as many steps as take the
/// same time beside each row.
/// </summary>
internal static class FrontBench
{
    private const string Introduction = """
        # The front of all policies on the sample model

        Speed-up: the time of all uncached pictures over the policy's, so that a policy that spends more on hard pictures pays for it; ideal: the same from its
        skipped stages alone. PSNR in decibels against the uncached picture of the same seed and steps, known / new combinations of words: the mean, and the
        worst picture. Above control: against the uncached loop with as many steps as take the ideal time, between the step counts that were run. A row in
        bold is on the front: no other is both faster (ideal) and better (mean over all pictures). The same prompts and seeds in each run.

        """;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var prompts = model.Prompts(options.Prompts ?? 8);
        int[] stepCounts = options.Steps is { } steps ? [steps] : [28, 50, 100];
        var finished = new List<ComparisonResults>();
        foreach (var count in stepCounts)
        {
            var entries = FrontEntry.All(count).Where(e => e.Label.Contains(options.Only, StringComparison.OrdinalIgnoreCase)).ToArray();
            var progress = new Progress("front", prompts.Length);
            var plan = new ComparisonPlan(count, SampleModel.Guidance, [.. prompts.Select(p => new PlannedPicture(p.Text, p.Seed))], entries)
            {
                Rounds = options.Rounds ?? 1,
                ControlSteps = ControlLadder.Of(count),
                Progressed = r => progress.Done(Invariant($"{count} steps, {r.Uncached.Runs.Count} of {prompts.Length} pictures")),
            };
            finished.Add(new Comparer(model.ToCompare(count), plan, model.Clock).Run(static _ => { }, out _, CancellationToken.None));
            options.Write("front.md", Report(model, prompts, finished));
            options.Write(Invariant($"front-{count}.svg"), FrontChart.ToSvg(finished[^1], FrontTable.IdealOf, Invariant($"ideal speed-up, {count} steps")));
        }

        Console.WriteLine(Report(model, prompts, finished));
    }

    private static string Report(SampleModel model, BenchPrompt[] prompts, IEnumerable<ComparisonResults> finished)
    {
        var text = new StringBuilder(Introduction);
        text.Append(Invariant($"{prompts.Length} pictures, guidance {SampleModel.Guidance}, {model.Description}\n"));
        foreach (var results in finished)
        {
            text.Append(Invariant($"\n## {results.Steps} steps\n\n![Speed-up against PSNR](front-{results.Steps}.svg)\n\n"));
            text.Append(FrontTable.Of(results, prompts));
        }

        return text.ToString();
    }
}
