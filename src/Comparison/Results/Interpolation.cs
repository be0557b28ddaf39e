namespace CachePolicies.Comparison;

/// <summary>Values between measured points, where the one axis is a ratio (steps, thresholds, speed-ups) and the other a number of decibels.</summary>
public static class Interpolation
{
    /// <summary>y at x, linear in the logarithm of x between the points around it.</summary>
    /// <param name="points">By rising x, which is above 0.</param>
    /// <param name="x">Where.</param>
    /// <returns>NaN before the first point and after the last.</returns>
    public static double AtLogarithm(IReadOnlyList<(double X, double Y)> points, double x)
    {
        ArgumentNullException.ThrowIfNull(points);
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].X >= x)
            {
                return points[i].X == x ? points[i].Y
                    : i == 0 ? double.NaN
                    : Between(points[i - 1].Y, points[i].Y, Math.Log(x / points[i - 1].X) / Math.Log(points[i].X / points[i - 1].X));
            }
        }

        return double.NaN;
    }

    /// <summary>
    /// What ratio (a speed-up, a threshold) is reached at a quality: among points of which none is better in both, linear in the logarithm of the ratio.
    /// </summary>
    /// <param name="points">Quality in decibels and ratio, above 0, in any order.</param>
    /// <param name="decibels">The quality.</param>
    /// <returns>
    /// <see cref="AtQuality.Ratio"/> is NaN where no point is as good, and the largest measured one where all are better.
    /// </returns>
    public static AtQuality RatioAt(IEnumerable<(double Decibels, double Ratio)> points, double decibels)
    {
        // From the best quality to the worst; a point with no larger ratio than a better one says nothing.
        var front = new List<(double Decibels, double Ratio)>();
        foreach (var point in points.Where(p => double.IsFinite(p.Decibels)).OrderByDescending(p => p.Decibels).ThenByDescending(p => p.Ratio))
        {
            if (front.Count == 0 || point.Ratio > front[^1].Ratio)
            {
                front.Add(point);
            }
        }

        var below = front.FindIndex(p => p.Decibels <= decibels);
        if (below < 0)
        {
            return front.Count == 0 ? new AtQuality(double.NaN, false) : new AtQuality(front[^1].Ratio, true);
        }

        var (a, b) = (front[Math.Max(0, below - 1)], front[below]);
        return b.Decibels == decibels ? new AtQuality(b.Ratio, false)
            : below == 0 ? new AtQuality(double.NaN, false)
            : new AtQuality(Math.Exp(Between(Math.Log(a.Ratio), Math.Log(b.Ratio), (a.Decibels - decibels) / (a.Decibels - b.Decibels))), false);
    }

    private static double Between(double a, double b, double share) => a + ((b - a) * share);
}

/// <summary>What ratio is reached at a quality.</summary>
/// <param name="Ratio">NaN where none.</param>
/// <param name="IsLowerBound">Every measured point is better than was asked, so that more is possible.</param>
public readonly record struct AtQuality(double Ratio, bool IsLowerBound);
