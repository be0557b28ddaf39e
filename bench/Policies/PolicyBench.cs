namespace CachePolicies.Bench;

/// <summary>
/// Each policy over a sweep of its thresholds: wall-clock speed-up over the uncached loop, how near the pictures stay to the uncached ones, and the
/// control: the uncached loop with as many steps as take the same time.
/// </summary>
internal static class PolicyBench
{
    private const int PromptsPerObservation = 4;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var steps = options.Steps ?? 100;
        var prompts = model.Prompts(options.Prompts ?? 8);
        var entries = PolicySweep.All(PolynomialFit.Fit(model, model.HeldBackPrompts(), steps)).Matching(options.Only);
        var comparison = new PolicyComparison(model, steps, entries);
        var progress = new Progress("policies", prompts.Length);
        for (var i = 0; i < prompts.Length; i++)
        {
            comparison.Run(prompts[i], observe: i % PromptsPerObservation == 0);
            options.Write("policies.md", PolicyReport.Of(model, comparison));
            progress.Done(prompts[i].Text);
        }

        Console.WriteLine(PolicyReport.Of(model, comparison));
    }

    /// <summary>The entries whose policy or settings contain a text.</summary>
    public static SweepEntry[] Matching(this IEnumerable<SweepEntry> entries, string text)
    {
        SweepEntry[] matching = [.. entries.Where(e => e.Policy.Contains(text, StringComparison.OrdinalIgnoreCase) || e.Settings.Contains(text, StringComparison.OrdinalIgnoreCase))];
        return matching.Length > 0 ? matching : throw new ArgumentException($"--only is '{text}'; no row has that in its policy or settings.");
    }
}
