namespace CachePolicies.Tool;

/// <summary>Small samples.</summary>
internal static class Statistics
{
    /// <summary>Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.</summary>
    private static readonly double[] StudentT =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Spearman's rank correlation, equal numbers sharing the mean of their ranks; NaN for fewer than three pairs, and where one side never changes.</summary>
    public static double RankCorrelation(IReadOnlyList<double> left, IReadOnlyList<double> right)
    {
        if (left.Count < 3)
        {
            return double.NaN;
        }

        var (a, b) = (Ranks(left), Ranks(right));
        var mean = (left.Count - 1) / 2.0;
        var covariance = a.Zip(b, (x, y) => (x - mean) * (y - mean)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - mean) * (x - mean)) * b.Sum(y => (y - mean) * (y - mean)));
    }

    private static double[] Ranks(IReadOnlyList<double> numbers) =>
        [.. numbers.Select(n => numbers.Count(o => o < n) + ((numbers.Count(o => o.Equals(n)) - 1) / 2.0))];

    /// <summary>Half the width of the 95 % confidence interval of the mean, t · s / √n; NaN for fewer than two numbers.</summary>
    public static double ConfidenceInterval(IReadOnlyList<double> sample)
    {
        if (sample.Count < 2)
        {
            return double.NaN;
        }

        var mean = sample.Average();
        var variance = sample.Sum(x => (x - mean) * (x - mean)) / (sample.Count - 1);
        var freedom = sample.Count - 1;
        var t = freedom <= StudentT.Length ? StudentT[freedom - 1] : 1.96 + (2.4 / freedom);
        return t * Math.Sqrt(variance / sample.Count);
    }
}
