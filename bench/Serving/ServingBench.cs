namespace CachePolicies.Bench;

/// <summary>Requests that arrive at random, served one after another, in whole batches, and by the stage scheduler.</summary>
internal static class ServingBench
{
    private const int Variants = 16;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        using var singleThreaded = SampleModel.Load(options, threads: 1);
        var policies = Array.FindAll(ServedPolicy.All, p => p.Name == "none" || p.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase));
        var comparison = new ServingComparison(model, singleThreaded, model.Prompts(options.Prompts ?? 8), options.Steps ?? 28);
        var rounds = options.Rounds ?? 1;
        var progress = new Progress("serving", rounds * policies.Length * (ServingComparison.Loads.Length + 1));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var policy in policies)
            {
                foreach (var (inFlight, count) in ServingComparison.Loads)
                {
                    comparison.Round(policy, inFlight, count);
                    progress.Done($"{policy.Name}, {inFlight} in flight");
                }

                comparison.Variants(policy, Variants, Variants);
                progress.Done($"{policy.Name}, other settings");
            }
        }

        options.Publish("serving.md", ServingReport.Of(model, comparison, policies, Variants));
    }
}
