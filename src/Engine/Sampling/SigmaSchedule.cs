namespace CachePolicies.Engine;

/// <summary>The timesteps and σ of the samplers that evaluate at each of n levels and end at another: Euler's, ancestral and Heun's.</summary>
internal static class SigmaSchedule
{
    /// <summary>n timesteps, and n + 1 σ with the one after the last step at the end.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="table">σ of the training steps.</param>
    /// <param name="steps">n.</param>
    /// <param name="logLinear">Whether σ runs evenly in log σ over all training steps, whatever the timesteps are.</param>
    public static (double[] Timesteps, double[] Sigmas) Create(SigmaOptions options, DiffusionTable table, int steps, bool logLinear = false)
    {
        var timesteps = Timesteps.Of(options, steps, whole: false);
        var sigmas = new double[steps + 1];
        if (logLinear)
        {
            for (var i = 0; i <= steps; i++)
            {
                sigmas[i] = Math.Exp(FlowSchedule.Between(Math.Log(table.LargestSigma), Math.Log(table.SmallestSigma), i, steps + 1));
            }
        }
        else
        {
            for (var i = 0; i < steps; i++)
            {
                sigmas[i] = table.SigmaAt(timesteps[i]);
            }

            sigmas[steps] = End(options, table);
        }

        if (options.SigmaSpacing != SigmaSpacing.Even)
        {
            var levels = sigmas.AsSpan(0, steps);
            var smallest = logLinear ? sigmas[steps] : levels[^1];
            SigmaSpacings.Fill(levels, options.SigmaSpacing, options.LargestSigma ?? levels[0], options.SmallestSigma ?? smallest);
            sigmas[steps] = End(options, table);
            for (var i = 0; i < steps; i++)
            {
                timesteps[i] = table.TimestepOf(levels[i]);
            }
        }

        for (var i = 0; i <= steps; i++)
        {
            sigmas[i] = (float)sigmas[i];
        }

        return (timesteps, sigmas);
    }

    /// <summary>
    /// What standard normal noise is multiplied by to be the first latent in the model's scale: 1 where the schedule leaves out the noisiest training
    /// steps, else the noise's share at the first level.
    /// </summary>
    public static float InitialScale(DiffusionOptions options, ReadOnlySpan<double> sigmas, double first)
    {
        var largest = sigmas[0];
        foreach (var sigma in sigmas)
        {
            largest = Math.Max(largest, sigma);
        }

        var start = options.Spacing == TimestepSpacing.Leading ? Math.Sqrt((largest * largest) + 1) : largest;
        return (float)(start / Math.Sqrt((first * first) + 1));
    }

    private static double End(SigmaOptions options, DiffusionTable table) => options.EndsAtSmallestSigma ? table.SmallestSigma : 0;

    /// <summary>The level of σ: in the model's scale before the end, and the latent itself at the end.</summary>
    public static NoiseLevel LevelAt(ReadOnlySpan<double> sigmas, int steps, int index) =>
        index < steps ? NoiseLevel.OfRatio(sigmas[index]) : new NoiseLevel(1, sigmas[index]);
}
