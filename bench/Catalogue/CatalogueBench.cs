namespace CachePolicies.Bench;

/// <summary>
/// Every policy of the project beside the control at several numbers of steps, each at the boldest of its settings that keeps a quality, with and without
/// a forced last step.
/// </summary>
internal static class CatalogueBench
{
    private const int HeldBack = 1;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var prompts = model.Prompts(options.Prompts ?? 4, HeldBack);
        var target = options.Target ?? 40;
        int[] stepCounts = options.Steps is { } steps ? [steps] : [28, 50, 100];
        var comparisons = new List<PolicyComparison>();
        var progress = new Progress("catalogue", stepCounts.Length * (1 + prompts.Length));
        foreach (var count in stepCounts)
        {
            var comparison = new PolicyComparison(model, count, Entries(new SettingSearch(model, count), target).Matching(options.Only));
            comparisons.Add(comparison);
            progress.Done($"settings for {count} steps");
            for (var i = 0; i < prompts.Length; i++)
            {
                comparison.Run(prompts[i], observe: i == 0);
                options.Write("catalogue.md", CatalogueReport.Of(model, target, comparisons));
                progress.Done($"{count} steps, {prompts[i].Text}");
            }
        }

        Console.WriteLine(CatalogueReport.Of(model, target, comparisons));
    }

    /// <summary>Each policy at the setting that is chosen with a forced last step, then the same without.</summary>
    private static IEnumerable<SweepEntry> Entries(SettingSearch search, double target)
    {
        foreach (var policy in CataloguePolicies.All(search.Calibrate()))
        {
            var setting = search.Choose(policy, forcedLast: 1, target);
            yield return setting.Entry(policy.Name, forcedLast: 1);
            yield return setting.Entry(policy.Name, forcedLast: 0);
        }
    }
}
