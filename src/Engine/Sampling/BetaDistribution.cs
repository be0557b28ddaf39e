namespace CachePolicies.Engine;

/// <summary>The beta distribution, as far as schedules need it.</summary>
internal static class BetaDistribution
{
    private const int Iterations = 200;
    private const double Precision = 1e-15;

    /// <summary>The number that a beta-distributed number is below with a probability.</summary>
    /// <param name="probability">From 0 to 1.</param>
    /// <param name="a">α, above 0.</param>
    /// <param name="b">β, above 0.</param>
    public static double Quantile(double probability, double a, double b)
    {
        if (probability is <= 0 or >= 1)
        {
            return Math.Clamp(probability, 0, 1);
        }

        // The distribution rises from 0 to 1, so halving finds the place to the last bit.
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < Iterations && low < high; i++)
        {
            var middle = low + ((high - low) / 2);
            if (middle == low || middle == high)
            {
                break;
            }

            (low, high) = Cumulative(middle, a, b) < probability ? (middle, high) : (low, middle);
        }

        return low + ((high - low) / 2);
    }

    /// <summary>I_x(a, b), the regularised incomplete beta function (DLMF 8.17.22: a continued fraction, evaluated by Lentz's method).</summary>
    public static double Cumulative(double x, double a, double b)
    {
        if (x is <= 0 or >= 1)
        {
            return Math.Clamp(x, 0, 1);
        }

        // The fraction converges fast below the mean; above it the complement is used.
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - Cumulative(1 - x, b, a);
        }

        var front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(1 - x)) - LogBeta(a, b)) / a;
        return front * Fraction(x, a, b);
    }

    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
        var numerator = 1.0;
        var denominator = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        var result = denominator;
        for (var m = 1; m <= Iterations; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            denominator = 1 / NotZero(1 + (even * denominator));
            numerator = NotZero(1 + (even / numerator));
            result *= numerator * denominator;

            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            denominator = 1 / NotZero(1 + (odd * denominator));
            numerator = NotZero(1 + (odd / numerator));
            var change = numerator * denominator;
            result *= change;
            if (Math.Abs(change - 1) < Precision)
            {
                break;
            }
        }

        return result;
    }

    private static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    // Stirling's series (DLMF 5.11.1), after the argument was raised to where it is exact to double precision.
    private static double LogGamma(double x)
    {
        var product = 1.0;
        while (x < 12)
        {
            product *= x++;
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square * ((1.0 / 1680) - (square / 1188))))))));
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - Math.Log(product);
    }
}
