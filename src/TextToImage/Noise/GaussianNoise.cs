namespace CachePolicies.TextToImage;

/// <summary>
/// Standard normal noise from a seed: the same numbers on every platform and in every version. Uniform numbers of xoshiro256** (the upper 53 bits,
/// plus one half, over 2⁵³) go through the inverse of the normal distribution (Wichura's AS 241), which needs nothing but IEEE arithmetic and
/// square roots; its logarithm is computed here, because those of mathematical libraries differ in their last digit.
/// </summary>
public static class GaussianNoise
{
    private static readonly double[] CentreNumerator =
        [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608];

    private static readonly double[] CentreDenominator =
        [5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1];

    private static readonly double[] TailNumerator =
        [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734];

    private static readonly double[] TailDenominator =
        [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1];

    private static readonly double[] FarNumerator =
        [2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772];

    private static readonly double[] FarDenominator =
        [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1];

    /// <summary>So many numbers for a seed.</summary>
    /// <param name="seed">Any number; neighbouring seeds give unrelated noise.</param>
    /// <param name="count">At least 0.</param>
    public static float[] Create(long seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var noise = new float[count];
        Fill(seed, noise);
        return noise;
    }

    /// <summary>Fills a span for a seed; a shorter span gets the beginning of what a longer one gets.</summary>
    public static void Fill(long seed, Span<float> destination)
    {
        var generator = new Xoshiro256(unchecked((ulong)seed));
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)Quantile(((generator.Next() >> 11) + 0.5) / (1UL << 53));
        }
    }

    /// <summary>The standard normal quantile of a probability in (0, 1), to about sixteen digits (Wichura 1988, PPND16).</summary>
    internal static double Quantile(double probability)
    {
        var q = probability - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            return q * Ratio(CentreNumerator, CentreDenominator, 0.180625 - (q * q));
        }

        var r = Math.Sqrt(-Logarithm(q < 0 ? probability : 1 - probability));
        var tail = r <= 5 ? Ratio(TailNumerator, TailDenominator, r - 1.6) : Ratio(FarNumerator, FarDenominator, r - 5);
        return q < 0 ? -tail : tail;
    }

    /// <summary>ln x for normal x &gt; 0: the exponent times ln 2, plus 2 artanh((m − 1) / (m + 1)) of the significand m in [√½, √2).</summary>
    internal static double Logarithm(double x)
    {
        const double Ln2 = 0.69314718055994530942;
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }

        var s = (m - 1) / (m + 1);
        var square = s * s;
        var sum = 0.0;
        for (var k = 23; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * Ln2) + (2 * s * sum);
    }

    private static double Ratio(double[] numerator, double[] denominator, double x) => Horner(numerator, x) / Horner(denominator, x);

    private static double Horner(double[] coefficients, double x)
    {
        var sum = 0.0;
        foreach (var coefficient in coefficients)
        {
            sum = (sum * x) + coefficient;
        }

        return sum;
    }
}
