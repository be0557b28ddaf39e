using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>How the betas of the training noise run.</summary>
public enum BetaSchedule
{
    /// <summary>Evenly from start to end (DDPM).</summary>
    Linear,

    /// <summary>Evenly in the square root (Stable Diffusion).</summary>
    ScaledLinear,
}

/// <summary>Settings of <see cref="DdimSampler"/>; the defaults are those of Stable Diffusion 1.</summary>
public sealed record DdimOptions
{
    /// <summary>T: the training steps, at least 2. The default is 1,000.</summary>
    public int TrainingSteps { get; init; } = 1000;

    /// <summary>β of the first training step, in (0, 1). The default is 0.00085.</summary>
    public double BetaStart { get; init; } = 0.00085;

    /// <summary>β of the last training step, in (0, 1), not below the first. The default is 0.012.</summary>
    public double BetaEnd { get; init; } = 0.012;

    /// <summary>How β runs between them. The default is <see cref="BetaSchedule.ScaledLinear"/>.</summary>
    public BetaSchedule Schedule { get; init; } = BetaSchedule.ScaledLinear;

    /// <summary>Added to each timestep, 0 or more, as far as the last training step allows. The default is 1.</summary>
    public int StepsOffset { get; init; } = 1;

    /// <summary>Whether ᾱ after the last step is 1, and not that of training step 0. The default is <see langword="false"/>.</summary>
    public bool FinalAlphaIsOne { get; init; }
}

/// <summary>
/// DDIM with η = 0 (arXiv 2010.02502, equation 12) for models that predict the noise ε:
/// z' = √ᾱ' (z − √(1 − ᾱ) ε) / √ᾱ + √(1 − ᾱ') ε. Timesteps are spaced evenly from the end ("leading"). Sigma is √(1 − ᾱ).
/// </summary>
public sealed class DdimSampler : ISampler
{
    private readonly DdimOptions _options;
    private readonly double[] _alphaBar;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public DdimSampler(DdimOptions? options = null)
    {
        _options = options ?? new DdimOptions();
        Check(_options);
        _alphaBar = AlphaBars(_options);
    }

    /// <inheritdoc/>
    public string Name => "ddim";

    /// <summary>ᾱ of a training step.</summary>
    public double AlphaBarAt(int timestep) => _alphaBar[timestep];

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(int steps)
    {
        SamplingSchedule.CheckSteps(steps);
        if (steps > _options.TrainingSteps)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"The number of steps is at most the number of training steps, {_options.TrainingSteps}.");
        }

        var stride = _options.TrainingSteps / steps;
        var offset = Math.Min(_options.StepsOffset, _options.TrainingSteps - 1 - ((steps - 1) * stride));
        var evaluations = ImmutableArray.CreateBuilder<SamplingEvaluation>(steps);
        for (var i = 0; i < steps; i++)
        {
            var timestep = ((steps - 1 - i) * stride) + offset;
            var alpha = _alphaBar[timestep];
            var next = timestep - stride;
            var alphaNext = next >= 0 ? _alphaBar[next] : _options.FinalAlphaIsOne ? 1 : _alphaBar[0];
            var latent = Math.Sqrt(alphaNext / alpha);
            var noise = Math.Sqrt(1 - alphaNext) - (latent * Math.Sqrt(1 - alpha));
            evaluations.Add(new SamplingEvaluation(i, timestep, (float)Math.Sqrt(1 - alpha), new SamplerUpdate((float)latent, [(float)noise])));
        }

        return new SamplingSchedule(steps, evaluations.MoveToImmutable());
    }

    private static double[] AlphaBars(DdimOptions options)
    {
        var alphaBar = new double[options.TrainingSteps];
        var scaled = options.Schedule == BetaSchedule.ScaledLinear;
        var (start, end) = scaled ? (Math.Sqrt(options.BetaStart), Math.Sqrt(options.BetaEnd)) : (options.BetaStart, options.BetaEnd);
        var product = 1.0;
        for (var t = 0; t < alphaBar.Length; t++)
        {
            var beta = start + ((end - start) * t / (alphaBar.Length - 1));
            product *= 1 - (scaled ? beta * beta : beta);
            alphaBar[t] = product;
        }

        return alphaBar;
    }

    private static void Check(DdimOptions options)
    {
        if (options.TrainingSteps < 2)
        {
            throw new ArgumentException($"TrainingSteps is {options.TrainingSteps}; at least 2.", nameof(options));
        }

        if (!(options.BetaStart > 0 && options.BetaStart <= options.BetaEnd && options.BetaEnd < 1))
        {
            throw new ArgumentException($"The betas run from {options.BetaStart} to {options.BetaEnd}; right is 0 < start ≤ end < 1.", nameof(options));
        }

        if (options.StepsOffset < 0)
        {
            throw new ArgumentException($"StepsOffset is {options.StepsOffset}; at least 0.", nameof(options));
        }
    }
}
