namespace CachePolicies.Comparison;

/// <summary>What a few numbers say together.</summary>
public static class Statistics
{
    /// <summary>Of fewer numbers a confidence interval says nothing: of two, it is twelve times as wide as they are apart.</summary>
    public const int FewestForInterval = 3;

    /// <summary>Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.</summary>
    private static readonly double[] StudentT =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The median; the mean of the two in the middle where their number is even; NaN of none.</summary>
    public static double Median(this IEnumerable<double> values) => values.Quantile(0.5);

    /// <summary>The number below which a share of the sorted numbers lies, linear between neighbours; NaN of none.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="share">From 0, the least, to 1, the greatest.</param>
    public static double Quantile(this IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var (below, above) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return below.Equals(above) ? below : below + ((above - below) * (place - Math.Floor(place)));
    }

    /// <summary>Spearman's rank correlation, equal numbers sharing the mean of their ranks; NaN for fewer than three pairs, and where one side never changes.</summary>
    public static double RankCorrelation(IReadOnlyList<double> left, IReadOnlyList<double> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Count < 3)
        {
            return double.NaN;
        }

        var (a, b) = (Ranks(left), Ranks(right));
        var mean = (left.Count - 1) / 2.0;
        var covariance = a.Zip(b, (x, y) => (x - mean) * (y - mean)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - mean) * (x - mean)) * b.Sum(y => (y - mean) * (y - mean)));
    }

    /// <summary>Half the width of the 95 % confidence interval of the mean, t · s / √n; NaN for fewer than <see cref="FewestForInterval"/> numbers.</summary>
    public static double ConfidenceInterval(IReadOnlyList<double> sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Count < FewestForInterval)
        {
            return double.NaN;
        }

        var mean = sample.Average();
        var variance = sample.Sum(x => (x - mean) * (x - mean)) / (sample.Count - 1);
        var freedom = sample.Count - 1;
        var t = freedom <= StudentT.Length ? StudentT[freedom - 1] : 1.96 + (2.4 / freedom);
        return t * Math.Sqrt(variance / sample.Count);
    }

    private static double[] Ranks(IReadOnlyList<double> numbers) =>
        [.. numbers.Select(n => numbers.Count(o => o < n) + ((numbers.Count(o => o.Equals(n)) - 1) / 2.0))];
}
