namespace CachePolicies.Reporting;

/// <summary>The index of Wang et al. 2004 on planes of numbers in [0, 255].</summary>
internal static class StructuralSimilarity
{
    private const int Window = 11;
    private const double Sigma = 1.5;
    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly double[] Gaussian = MakeGaussian();

    public static double Mean(double[] a, double[] b, int width, int height)
    {
        if (width < Window || height < Window)
        {
            throw new ArgumentException($"Structural similarity needs sides of at least {Window} pixels, not {width} × {height}.");
        }

        var meanA = Blur(a, width, height);
        var meanB = Blur(b, width, height);
        var squareA = Blur(Multiply(a, a), width, height);
        var squareB = Blur(Multiply(b, b), width, height);
        var product = Blur(Multiply(a, b), width, height);

        var sum = 0.0;
        for (var i = 0; i < meanA.Length; i++)
        {
            var (muA, muB) = (meanA[i], meanB[i]);
            var varianceA = squareA[i] - (muA * muA);
            var varianceB = squareB[i] - (muB * muB);
            var covariance = product[i] - (muA * muB);
            sum += ((2 * muA * muB) + C1) * ((2 * covariance) + C2) / (((muA * muA) + (muB * muB) + C1) * (varianceA + varianceB + C2));
        }

        return sum / meanA.Length;
    }

    /// <summary>The window's weighted mean at every place where it lies within the plane; rows first, then columns.</summary>
    private static double[] Blur(double[] plane, int width, int height)
    {
        var (innerWidth, innerHeight) = (width - Window + 1, height - Window + 1);
        var rows = new double[innerWidth * height];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = Weigh(plane, (i / innerWidth * width) + (i % innerWidth), 1);
        }

        var result = new double[innerWidth * innerHeight];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Weigh(rows, i, innerWidth);
        }

        return result;
    }

    private static double Weigh(double[] values, int start, int stride)
    {
        var sum = 0.0;
        for (var k = 0; k < Window; k++)
        {
            sum += Gaussian[k] * values[start + (k * stride)];
        }

        return sum;
    }

    private static double[] Multiply(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x * y)];

    private static double[] MakeGaussian()
    {
        var weights = Enumerable.Range(-Window / 2, Window).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma))).ToArray();
        var sum = weights.Sum();
        return Array.ConvertAll(weights, w => w / sum);
    }
}
