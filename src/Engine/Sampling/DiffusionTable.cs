namespace CachePolicies.Engine;

/// <summary>
/// ᾱ and σ = √((1 − ᾱ)/ᾱ) of each training step, rounded to float32 where the models were trained with float32 tables.
/// </summary>
internal sealed class DiffusionTable
{
    /// <summary>The smallest positive float16, which takes the place of ᾱ = 0 where σ must stay finite.</summary>
    private const float SmallestAlphaBar = 1f / (1 << 24);

    private readonly float[] _alphaBar;
    private readonly float[] _sigmas;
    private readonly float[] _logSigmas;

    /// <summary>Makes the table.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="finite">Whether σ must be finite at the last training step, as solvers in σ need it.</param>
    public DiffusionTable(DiffusionOptions options, bool finite)
    {
        var betas = Betas(options);
        if (options.ZeroTerminalSnr)
        {
            RescaleToZero(betas);
        }

        _alphaBar = CumulativeProducts(betas);
        if (options.ZeroTerminalSnr && finite)
        {
            _alphaBar[^1] = SmallestAlphaBar;
        }

        _sigmas = [.. _alphaBar.Select(a => MathF.Sqrt((1 - a) / a))];
        _logSigmas = [.. _sigmas.Select(s => MathF.Log(s))];
    }

    /// <summary>How many training steps there are.</summary>
    public int Length => _alphaBar.Length;

    /// <summary>σ of the first training step.</summary>
    public double SmallestSigma => _sigmas[0];

    /// <summary>σ of the last training step.</summary>
    public double LargestSigma => _sigmas[^1];

    /// <summary>ᾱ of a training step; beyond the ends, that of the nearest.</summary>
    public double AlphaBarAt(int timestep) => _alphaBar[Math.Clamp(timestep, 0, Length - 1)];

    /// <summary>σ between training steps, on a straight line; beyond the ends, that of the nearest.</summary>
    public double SigmaAt(double timestep)
    {
        var at = Math.Clamp(timestep, 0, Length - 1);
        var below = Math.Min((int)at, Length - 2);
        return _sigmas[below] + ((_sigmas[below + 1] - (double)_sigmas[below]) * (at - below));
    }

    /// <summary>The timestep of a σ, on a straight line in log σ; beyond the ends, the nearest.</summary>
    public double TimestepOf(double sigma)
    {
        var log = Math.Log(Math.Max(sigma, 1e-10));
        var (below, above) = (0, Length - 1);
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            (below, above) = _logSigmas[middle] <= log ? (middle, above) : (below, middle);
        }

        var share = Math.Clamp((_logSigmas[below] - log) / (_logSigmas[below] - (double)_logSigmas[above]), 0, 1);
        return below + share;
    }

    /// <summary>How many training steps, from the first, have a λ = ln(α/s) that is not below a bound.</summary>
    public int CountAbove(double smallestLogRatio)
    {
        var count = Length;
        while (count > 0 && -_logSigmas[count - 1] < smallestLogRatio)
        {
            count--;
        }

        return count;
    }

    private static float[] Betas(DiffusionOptions options)
    {
        if (!options.TrainedBetas.IsDefaultOrEmpty)
        {
            return [.. options.TrainedBetas];
        }

        var count = options.TrainingSteps;
        return options.Schedule switch
        {
            BetaSchedule.Linear => Evenly((float)options.BetaStart, (float)options.BetaEnd, count),
            BetaSchedule.ScaledLinear => [.. Evenly((float)Math.Sqrt(options.BetaStart), (float)Math.Sqrt(options.BetaEnd), count).Select(b => b * b)],
            BetaSchedule.SquaredCosine => ForAlphaBar(count, t => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2)),
            _ => ForAlphaBar(count, t => Math.Exp(-12 * t)),
        };
    }

    // From both ends to the middle, so that the last number is exact.
    private static float[] Evenly(float first, float last, int count)
    {
        var step = (last - first) / (count - 1);
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = i < count / 2 ? first + (step * i) : last - (step * (count - 1 - i));
        }

        return numbers;
    }

    private static float[] ForAlphaBar(int count, Func<double, double> alphaBar) =>
        [.. Enumerable.Range(0, count).Select(i => (float)Math.Min(1 - (alphaBar((i + 1.0) / count) / alphaBar((double)i / count)), 0.999))];

    private static void RescaleToZero(float[] betas)
    {
        var roots = CumulativeProducts(betas);
        for (var t = 0; t < roots.Length; t++)
        {
            roots[t] = MathF.Sqrt(roots[t]);
        }

        var (first, last) = (roots[0], roots[^1]);
        var scale = first / (first - last);
        var before = 1f;
        for (var t = 0; t < roots.Length; t++)
        {
            var root = (roots[t] - last) * scale;
            var alphaBar = root * root;
            betas[t] = 1 - (alphaBar / before);
            before = alphaBar;
        }
    }

    private static float[] CumulativeProducts(float[] betas)
    {
        var products = new float[betas.Length];
        var product = 1.0;
        for (var t = 0; t < betas.Length; t++)
        {
            product *= 1 - betas[t];
            products[t] = (float)product;
        }

        return products;
    }
}
