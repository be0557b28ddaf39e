namespace CachePolicies.Bench;

/// <summary>A comparison on the sample model with controls that are chosen beforehand, whose report grows with the pictures.</summary>
/// <param name="model">The model.</param>
/// <param name="prompts">What is drawn.</param>
/// <param name="name">The bench's name, for its progress.</param>
internal sealed class Sweep(SampleModel model, BenchPrompt[] prompts, string name)
{
    /// <summary>Compares policies.</summary>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="publish">Told after each picture what was measured so far.</param>
    public ComparisonResults Run(int steps, IReadOnlyList<ComparedPolicy> policies, Action<ComparisonResults> publish)
    {
        var pictures = prompts.Select(p => new PlannedPicture(p.Text, p.Seed)).ToArray();
        var progress = new Progress(name, pictures.Length);
        var plan = new ComparisonPlan(steps, SampleModel.Guidance, pictures, policies)
        {
            ControlSteps = ControlLadder.Of(steps),
            Progressed = results =>
            {
                publish(results);
                progress.Done($"{steps} steps, {pictures[results.Uncached.Runs.Count - 1].Prompt}");
            },
        };
        return new Comparer(model.ToCompare(steps), plan, model.Clock).Run(static _ => { }, out _, CancellationToken.None);
    }
}
