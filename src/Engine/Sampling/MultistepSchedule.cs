namespace CachePolicies.Engine;

/// <summary>The timesteps and σ of a multistep solver, with σ after the last step at the end.</summary>
internal readonly record struct MultistepSchedule(double[] Timesteps, double[] Sigmas)
{
    /// <summary>How many steps there are.</summary>
    public int Steps => Timesteps.Length;

    /// <summary>Levels that the timesteps give, or that are spaced between the ends of the training; for flows the caller has its own.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="table">σ of the training steps.</param>
    /// <param name="request">Checked.</param>
    /// <param name="trained">How many training steps are used, from the first.</param>
    /// <param name="rounds">Whether timesteps of levels spaced in σ^(1/7) or λ are rounded; all others are cut to whole numbers.</param>
    public static MultistepSchedule Create(
        MultistepOptions options, DiffusionTable table, in ScheduleRequest request, int trained, bool rounds)
    {
        var even = Engine.Timesteps.ButLast(options, request.Steps, trained);
        var sigmas = new double[even.Length + 1];
        if (options.SigmaSpacing == MultistepSpacing.Even)
        {
            for (var i = 0; i < even.Length; i++)
            {
                sigmas[i] = table.SigmaAt(even[i]);
            }

            return new MultistepSchedule(even, sigmas);
        }

        // Levels that are spaced evenly in λ are spaced evenly in log σ.
        var spacing = options.SigmaSpacing switch
        {
            MultistepSpacing.Karras => SigmaSpacing.Karras,
            MultistepSpacing.Beta => SigmaSpacing.Beta,
            _ => SigmaSpacing.Exponential,
        };
        sigmas = new double[request.Steps + 1];
        SigmaSpacings.Fill(sigmas.AsSpan(0, request.Steps), spacing, table.LargestSigma, table.SmallestSigma);
        rounds &= options.SigmaSpacing is MultistepSpacing.Karras or MultistepSpacing.LogRatio;
        var timesteps = sigmas.Take(request.Steps).Select(s => table.TimestepOf(s)).Select(t => rounds ? Math.Round(t) : Math.Truncate(t));
        return new MultistepSchedule([.. timesteps], sigmas);
    }

    /// <summary>
    /// How many levels up to one differ from their neighbours, counted back from it: two steps at one level, which happen where there are about as many steps as
    /// training steps, say nothing about a slope.
    /// </summary>
    public static int DistinctLevels(NoiseLevel[] levels, int last)
    {
        var count = 1;
        while (count <= last && levels[last - count] != levels[last - count + 1])
        {
            count++;
        }

        return count;
    }

    /// <summary>The same with a last σ, all rounded to float32.</summary>
    public MultistepSchedule EndingAt(double sigma)
    {
        Sigmas[^1] = sigma;
        return this with { Sigmas = [.. Sigmas.Select(s => (double)(float)s)] };
    }
}
