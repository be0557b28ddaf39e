namespace CachePolicies.Engine;

/// <summary>The training steps that a sampler's steps fall on, from the noisiest down (arXiv 2305.08891, table 2).</summary>
internal static class Timesteps
{
    /// <summary>n timesteps as DDIM, PNDM and the solvers in σ take them.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="steps">n.</param>
    /// <param name="whole">Whether evenly spaced timesteps are rounded to whole training steps.</param>
    public static double[] Of(DiffusionOptions options, int steps, bool whole = true) => options.Spacing switch
    {
        TimestepSpacing.Leading => Strides(steps, options.TrainingSteps / steps, options),
        TimestepSpacing.Trailing => Trailing(options.TrainingSteps, options.TrainingSteps, steps),
        _ => Falling(options.TrainingSteps - 1, steps, whole),
    };

    /// <summary>n timesteps as multistep solvers take them: the last of n + 1 is left out.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="steps">n.</param>
    /// <param name="trained">How many training steps are used, from the first.</param>
    public static double[] ButLast(DiffusionOptions options, int steps, int trained) => options.Spacing switch
    {
        TimestepSpacing.Leading => [.. Strides(steps + 1, trained / (steps + 1), options).Take(steps)],
        TimestepSpacing.Trailing => Trailing(trained, options.TrainingSteps, steps),
        _ => [.. Falling(trained - 1, steps + 1, whole: true).Take(steps)],
    };

    // The offset goes no further than to the last training step.
    private static double[] Strides(int count, int stride, DiffusionOptions options)
    {
        var offset = Math.Min(options.StepsOffset, options.TrainingSteps - 1 - ((count - 1) * stride));
        return [.. Enumerable.Range(0, count).Select(i => (double)(((count - 1 - i) * stride) + offset))];
    }

    private static double[] Trailing(int from, int trainingSteps, int steps)
    {
        var stride = (double)trainingSteps / steps;
        var count = Math.Min((int)Math.Ceiling(from / stride), steps);
        return [.. Enumerable.Range(0, count).Select(i => Math.Round(from - (i * stride)) - 1)];
    }

    private static double[] Falling(double last, int count, bool whole)
    {
        // One timestep alone is the first training step, as an even row from there has it.
        var row = Enumerable.Range(0, count).Select(i => count == 1 ? 0 : last * (count - 1 - i) / (count - 1));
        return [.. row.Select(t => whole ? Math.Round(t) : t)];
    }
}
