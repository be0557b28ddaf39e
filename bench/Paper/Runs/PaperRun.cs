namespace CachePolicies.Bench;

/// <summary>What all sections share: the models, the counts, and how the page is published.</summary>
/// <param name="options">The command line.</param>
/// <param name="models">The trained models.</param>
/// <param name="publish">Writes the page as far as it has come.</param>
internal sealed class PaperRun(BenchOptions options, IReadOnlyList<SampleModel> models, Action publish)
{
    /// <summary>The trained models.</summary>
    public IReadOnlyList<SampleModel> Models => models;

    /// <summary>The command line.</summary>
    public BenchOptions Options => options;

    /// <summary>Writes the page as far as it has come.</summary>
    public void Publish() => publish();

    /// <summary>Numbers of steps: the one that was asked for, or the section's own.</summary>
    public int[] StepsOr(params int[] steps) => options.Steps is { } asked ? [asked] : steps;

    /// <summary>As many known and as many new prompts, in turn.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ofEach">How many of each where the command line does not say.</param>
    public BenchPrompt[] Prompts(SampleModel model, int ofEach) => model.Prompts(options.Prompts ?? ofEach);

    /// <summary>Compares policies with the uncached loop.</summary>
    /// <param name="model">The model.</param>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="prompts">What is drawn.</param>
    /// <param name="policies">The policies; all of them run on the model.</param>
    /// <param name="guidance">The scale of guidance.</param>
    /// <param name="controls">Numbers of steps of the controls; <see langword="null"/> for those that take the policies' times.</param>
    public ComparisonResults Compare(
        SampleModel model, int steps, IReadOnlyList<BenchPrompt> prompts, IReadOnlyList<ComparedPolicy> policies, float guidance = SampleModel.Guidance, IReadOnlyList<int>? controls = null)
    {
        var plan = new ComparisonPlan(steps, guidance, [.. prompts.Select(p => new PlannedPicture(p.Text, p.Seed))], policies)
        {
            Rounds = options.Rounds ?? 1,
            ControlSteps = controls,
        };
        Console.Error.WriteLine(FormattableString.Invariant($"paper: {model.Name}, {steps} steps, guidance {guidance}, {policies.Count} policies, {prompts.Count} pictures"));
        return new Comparer(model.ToCompare(steps, guidance), plan, model.Clock).Run(static _ => { }, out _, CancellationToken.None);
    }

    /// <summary>The policies that run on a model, and a sentence for each that does not.</summary>
    public static ComparedPolicy[] Runnable(SampleModel model, IEnumerable<ComparedPolicy> policies, out IReadOnlyList<string> refused)
    {
        var (runnable, refusals) = (new List<ComparedPolicy>(), new List<(string Label, string Why)>());
        foreach (var policy in policies)
        {
            try
            {
                policy.Policy.Plan(model.Denoiser.Layout);
                runnable.Add(policy);
            }
            catch (CachePlanException refusal)
            {
                refusals.Add((policy.Label, refusal.Message));
            }
        }

        refused = [.. refusals.GroupBy(r => r.Why, r => r.Label).Select(g => $"Left out on {model.Name}: {string.Join("; ", g)}. {g.Key}")];
        return [.. runnable];
    }
}
