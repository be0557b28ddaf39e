namespace CachePolicies.Bench;

/// <summary>Each policy over a sweep of its thresholds, compared with the uncached loop and with the control.</summary>
internal static class PolicyBench
{
    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var prompts = model.Prompts(options.Prompts ?? 8);
        var policies = SweepEntry.Matching(PolicySweep.All, options.Only);
        var results = new Sweep(model, prompts, "policies").Run(options.Steps ?? 100, policies, r => options.Write("policies.md", Report(model, r)));
        Console.WriteLine(Report(model, results));
    }

    private static string Report(SampleModel model, ComparisonResults results) =>
        $"# Policies on the sample model\n\n{SweepReport.Conditions(model, results)}\n\n{SweepReport.Legend}\n\n{SweepReport.Table(model, results)}\n"
        + $"## Above their control\n\nRows that beat their control on known and on new prompts.\n\n{SweepReport.AboveControl(model, results)}\n"
        + $"## The control by itself\n\n{SweepReport.Controls(model, results)}\n"
        + $"## Settings in force\n\n{SweepReport.Settings(results)}";
}
