namespace CachePolicies.Engine;

/// <summary>The noise levels of a flow-matching schedule, with the one after the last step at the end.</summary>
internal static class FlowSchedule
{
    /// <summary>σ_0 … σ_n for n steps, shifted and spaced.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="request">Steps and image tokens; checked.</param>
    /// <exception cref="ArgumentException">The shift depends on the picture's size, which the request does not say.</exception>
    public static double[] Create(FlowMatchOptions options, in ScheduleRequest request)
    {
        var steps = request.Steps;
        var sigmas = new double[steps + 1];
        var last = options.Sigmas == FlowSigmas.Even ? 1.0 / steps : SmallestTrained(options);
        for (var i = 0; i < steps; i++)
        {
            // Even levels as one quotient, so that a shift of 1 leaves fractions such as 3/4 exact.
            sigmas[i] = options.Sigmas == FlowSigmas.Even ? (double)(steps - i) / steps : Between(1, last, i, steps);
        }

        var levels = sigmas.AsSpan(0, steps);
        Shift(levels, options, request);
        if (options.TerminalSigma is { } terminal)
        {
            Stretch(levels, terminal);
        }

        SigmaSpacings.Apply(levels, options.Spacing);
        if (options.Inverted)
        {
            foreach (ref var sigma in sigmas.AsSpan())
            {
                sigma = 1 - sigma;
            }
        }

        return sigmas;
    }

    /// <summary>Number i of n, evenly from one end to the other.</summary>
    public static double Between(double first, double last, int i, int count) => count == 1 ? first : first + ((last - first) * i / (count - 1));

    /// <summary>s σ / (1 + (s − 1) σ).</summary>
    public static double Shifted(double sigma, double shift) => shift * sigma / (1 + ((shift - 1) * sigma));

    private static double SmallestTrained(FlowMatchOptions options)
    {
        var smallest = 1.0 / options.TrainingSteps;
        return options.DynamicShift == DynamicShift.None ? Shifted(smallest, options.Shift) : smallest;
    }

    private static void Shift(Span<double> sigmas, FlowMatchOptions options, in ScheduleRequest request)
    {
        if (options.DynamicShift != DynamicShift.None && request.ImageTokens is null)
        {
            throw new ArgumentException("The sampler shifts its schedule to the picture's size; say how many image tokens there are.", nameof(request));
        }

        var mu = options.DynamicShift == DynamicShift.None ? 0 : options.ShiftAt(request.ImageTokens!.Value);
        foreach (ref var sigma in sigmas)
        {
            sigma = options.DynamicShift switch
            {
                DynamicShift.Exponential => Math.Exp(mu) / (Math.Exp(mu) + (1 / sigma) - 1),
                DynamicShift.Linear => mu / (mu + (1 / sigma) - 1),
                _ => Shifted(sigma, options.Shift),
            };
        }
    }

    /// <summary>Stretches levels so that the last one is <paramref name="terminal"/>.</summary>
    public static void Stretch(Span<double> sigmas, double terminal)
    {
        // A single level of 1 cannot be stretched.
        var factor = sigmas[^1] == 1 ? 1 : (1 - terminal) / (1 - sigmas[^1]);
        foreach (ref var sigma in sigmas)
        {
            sigma = 1 - ((1 - sigma) * factor);
        }
    }
}
