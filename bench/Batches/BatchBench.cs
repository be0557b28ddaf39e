namespace CachePolicies.Bench;

/// <summary>
/// Prompts in one batch: a decision for each sample (and guidance branch) against one decision for all, at equal PSNR, timed in turn in one run; and the
/// batch against each sample alone.
/// </summary>
internal static class BatchBench
{
    // One decision for all skips less at equal thresholds, so that equal quality lies at larger ones.
    private static readonly float[] Factors = [1, 1.4f, 2, 2.9f];

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var prompts = model.Prompts(options.Prompts ?? 4);
        var steps = options.Steps ?? 100;
        var comparison = new BatchComparison(model, prompts, steps);
        BatchPolicy[] policies = [.. BatchPolicies.All.Where(p => p.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))];
        if (policies.Length == 0)
        {
            throw new ArgumentException($"--only is '{options.Only}'; no policy has that in its name.");
        }

        var rounds = options.Rounds ?? 3;
        var progress = new Progress("batch", (2 * policies.Length) + rounds);
        foreach (var policy in policies)
        {
            comparison.Choose(policy, Factors);
            progress.Done($"thresholds of {policy.Name}");
            comparison.CompareWithAlone(policy);
            progress.Done($"each sample alone, {policy.Name}");
        }

        for (var round = 0; round < rounds; round++)
        {
            comparison.TimeRound(round);
            options.Write("batch.md", BatchReport.Of(model, comparison));
            progress.Done($"round {round + 1}");
        }

        Console.WriteLine(BatchReport.Of(model, comparison));
    }
}
