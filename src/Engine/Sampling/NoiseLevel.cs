namespace CachePolicies.Engine;

/// <summary>A noise level: the latent is <c>z = Signal · x₀ + Noise · ε</c>.</summary>
/// <param name="Signal">α.</param>
/// <param name="Noise">s.</param>
internal readonly record struct NoiseLevel(double Signal, double Noise)
{
    /// <summary>No noise at all.</summary>
    public static NoiseLevel Clean { get; } = new(1, 0);

    /// <summary>λ: half the logarithm of the signal-to-noise ratio; +∞ without noise.</summary>
    public double LogRatio => Math.Log(Signal) - Math.Log(Noise);

    /// <summary>The level with α² + s² = 1 whose ratio s/α is <paramref name="sigma"/>.</summary>
    public static NoiseLevel OfRatio(double sigma)
    {
        var signal = 1 / Math.Sqrt((sigma * sigma) + 1);
        return new NoiseLevel(signal, sigma * signal);
    }

    /// <summary>The level of a flow: α = 1 − σ.</summary>
    public static NoiseLevel OfFlow(double sigma) => new(1 - sigma, sigma);

    /// <summary>The level of a cumulative product ᾱ.</summary>
    public static NoiseLevel OfAlphaBar(double alphaBar) => new(Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));

    /// <summary>x₀ as <c>Latent · z + Output · o</c>.</summary>
    public LinearPair Data(PredictionType prediction) => prediction switch
    {
        PredictionType.Epsilon => new(1 / Signal, -Noise / Signal),
        PredictionType.Velocity => new(Signal, -Noise),
        PredictionType.Flow => new(1, -Noise),
        _ => new(0, 1),
    };

    /// <summary>ε as <c>Latent · z + Output · o</c>.</summary>
    public LinearPair Epsilon(PredictionType prediction) => prediction switch
    {
        PredictionType.Epsilon => new(0, 1),
        PredictionType.Velocity => new(Noise, Signal),
        PredictionType.Flow => new(1, Signal),
        _ => new(1 / Noise, -Signal / Noise),
    };

    /// <summary>The evaluation at this level, of a model that predicts something.</summary>
    public SamplingEvaluation Evaluate(int step, double timestep, SamplerUpdate update, PredictionType prediction)
    {
        var data = Data(prediction);
        return new(step, (float)timestep, (float)Noise, update) { Signal = (float)Signal, Clean = new((float)data.Latent, (float)data.Output) };
    }
}

/// <summary>A sum of the latent and the output: <c>Latent · z + Output · o</c>.</summary>
/// <param name="Latent">The weight of the latent.</param>
/// <param name="Output">The weight of the output.</param>
internal readonly record struct LinearPair(double Latent, double Output)
{
    public static LinearPair operator +(LinearPair left, LinearPair right) => new(left.Latent + right.Latent, left.Output + right.Output);

    public static LinearPair operator *(double factor, LinearPair pair) => new(factor * pair.Latent, factor * pair.Output);

    /// <summary>The update to this sum.</summary>
    public SamplerUpdate ToUpdate() => new((float)Latent, [(float)Output]);

    /// <summary>An update whose estimate is this sum.</summary>
    public SamplerUpdate AsEstimateOf(SamplerUpdate update) =>
        update with { EstimateLatentWeight = (float)Latent, EstimateOutputWeight = (float)Output };
}
