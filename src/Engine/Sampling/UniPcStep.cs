using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// One half of a UniPC step as a sum: <c>Latent · x + Σ_j Estimates[j] · e_j</c>, where e_0 is the estimate of the evaluation at hand and x the latent
/// that the half step starts from.
/// </summary>
/// <param name="Latent">The weight of the latent.</param>
/// <param name="Estimates">The weights of the estimates, the newest first.</param>
internal sealed record UniPcStep(double Latent, double[] Estimates)
{
    /// <summary>UniP: from level <paramref name="i"/> to the next with the estimates of this and earlier levels.</summary>
    public static UniPcStep Predictor(NoiseLevel[] levels, int i, int order, UniPcOptions options)
    {
        var (step, scale, h) = Start(levels[i], levels[i + 1], options);
        var weights = new double[order];
        if (h == 0)
        {
            return new UniPcStep(1, weights);
        }

        var (phi, moments, b) = Moments(h, order, options.LinearScale);
        weights[0] = -scale * phi;
        var ratios = Ratios(levels, i, order);

        // The paper's solution for order 2, which the system of one equation is close but not equal to.
        double[] shares = order == 2 ? [0.5] : order == 3 ? LinearSystem.Solve(Powers(ratios, order - 1), moments.AsSpan(0, order - 1)) : [];
        for (var k = 0; k < shares.Length; k++)
        {
            var share = -scale * b * shares[k] / ratios[k];
            weights[k + 1] += share;
            weights[0] -= share;
        }

        return new UniPcStep(step, weights);
    }

    /// <summary>UniC: to level <paramref name="i"/> from the one before with the estimate of level i as well.</summary>
    public static UniPcStep Corrector(NoiseLevel[] levels, int i, int order, UniPcOptions options)
    {
        var (step, scale, h) = Start(levels[i - 1], levels[i], options);
        var (phi, moments, b) = Moments(h, order, options.LinearScale);
        var weights = new double[order + 1];
        weights[1] = -scale * phi;
        var ratios = Ratios(levels, i - 1, order);
        var shares = order == 1 ? [0.5] : LinearSystem.Solve(Powers([.. ratios, 1], order), moments);
        for (var k = 0; k < order - 1; k++)
        {
            var share = -scale * b * shares[k] / ratios[k];
            weights[k + 2] += share;
            weights[1] -= share;
        }

        weights[0] = -scale * b * shares[^1];
        weights[1] -= weights[0];
        return new UniPcStep(step, weights);
    }

    /// <summary>The update of a step that starts from the latent itself, which becomes the anchor.</summary>
    public SamplerUpdate FromLatent() => new((float)Latent, [.. Estimates.Select(w => (float)w)]) { Anchor = AnchorUpdate.HoldLatent };

    /// <summary>The update of a step that starts from the corrected latent, which becomes the anchor.</summary>
    public SamplerUpdate After(UniPcStep corrector)
    {
        var weights = new float[Math.Max(Estimates.Length, corrector.Estimates.Length)];
        for (var j = 0; j < weights.Length; j++)
        {
            weights[j] = (float)((Latent * corrector.Estimates.ElementAtOrDefault(j)) + Estimates.ElementAtOrDefault(j));
        }

        return new SamplerUpdate(0, [.. weights])
        {
            AnchorWeight = (float)(Latent * corrector.Latent),
            Anchor = new AnchorUpdate(0, (float)corrector.Latent, [.. corrector.Estimates.Select(w => (float)w)]),
        };
    }

    // The integral of predicted noise is that of predicted data with signal and noise, and h and −h, exchanged.
    private static (double Latent, double Scale, double H) Start(NoiseLevel from, NoiseLevel to, UniPcOptions options)
    {
        var h = to.LogRatio - from.LogRatio;
        return options.PredictsNoise ? (to.Signal / from.Signal, to.Noise, h) : (to.Noise / from.Noise, to.Signal, -h);
    }

    /// <summary>How far earlier levels lie from the one that the half step starts from, in steps.</summary>
    private static double[] Ratios(NoiseLevel[] levels, int from, int order)
    {
        var start = levels[from].LogRatio;
        var h = levels[from + 1].LogRatio - start;
        return [.. Enumerable.Range(1, order - 1).Select(k => (levels[from - k].LogRatio - start) / h)];
    }

    /// <summary>e^h − 1, the right-hand sides h φ_{k+1}(h) k! / B(h) for k = 1 … order, and B(h).</summary>
    private static (double Phi, double[] Moments, double B) Moments(double h, int order, bool linear)
    {
        var phi = Math.Exp(h) - 1;
        var b = linear ? h : phi;
        var moments = new double[order];
        var (next, factorial) = ((phi / h) - 1, 1.0);
        for (var k = 1; k <= order; k++)
        {
            moments[k - 1] = next * factorial / b;
            factorial *= k + 1;
            next = (next / h) - (1 / factorial);
        }

        return (phi, moments, b);
    }

    private static double[][] Powers(double[] ratios, int count) =>
        [.. Enumerable.Range(0, count).Select(power => ratios.Take(count).Select(r => Math.Pow(r, power)).ToArray())];
}
