namespace CachePolicies.Policies;

/// <summary>Polynomials by least squares.</summary>
internal static class PolynomialFit
{
    /// <summary>
    /// The polynomial of a degree that is nearest to points, by Householder reflections on a Vandermonde matrix whose x is brought to [−1, 1].
    /// </summary>
    /// <param name="points">At least one more than the degree, with as many different x.</param>
    /// <param name="degree">At least 0.</param>
    /// <returns>The coefficients, the highest power first.</returns>
    /// <exception cref="ArgumentException">There are too few different points.</exception>
    public static double[] Fit(IReadOnlyList<(double X, double Y)> points, int degree)
    {
        var (low, high) = (points.Min(p => p.X), points.Max(p => p.X));
        if (points.Select(p => p.X).Distinct().Count() <= degree)
        {
            throw new ArgumentException($"A polynomial of degree {degree} needs {degree + 1} different points; there are {points.Select(p => p.X).Distinct().Count()}.");
        }

        var (centre, scale) = ((low + high) / 2, high > low ? (high - low) / 2 : 1);
        var columns = degree + 1;
        var matrix = new double[points.Count, columns];
        var right = new double[points.Count];
        for (var row = 0; row < points.Count; row++)
        {
            right[row] = points[row].Y;
            var power = 1.0;
            for (var column = 0; column < columns; column++)
            {
                matrix[row, column] = power;
                power *= (points[row].X - centre) / scale;
            }
        }

        return Unscale(Solve(matrix, right), centre, scale);
    }

    /// <summary>The value of a polynomial, the highest power first.</summary>
    public static double Evaluate(IReadOnlyList<double> coefficients, double x) => coefficients.Aggregate(0.0, (sum, c) => (sum * x) + c);

    private static double[] Solve(double[,] a, double[] b)
    {
        var (rows, columns) = (a.GetLength(0), a.GetLength(1));
        for (var k = 0; k < columns; k++)
        {
            var norm = Math.Sqrt(Enumerable.Range(k, rows - k).Sum(i => a[i, k] * a[i, k]));
            var alpha = a[k, k] > 0 ? -norm : norm;
            var v = new double[rows];
            v[k] = a[k, k] - alpha;
            for (var i = k + 1; i < rows; i++)
            {
                v[i] = a[i, k];
            }

            var square = v.Sum(x => x * x);
            for (var column = k; column < columns; column++)
            {
                var product = 2 * Enumerable.Range(k, rows - k).Sum(i => v[i] * a[i, column]) / square;
                for (var i = k; i < rows; i++)
                {
                    a[i, column] -= product * v[i];
                }
            }

            var onRight = 2 * Enumerable.Range(k, rows - k).Sum(i => v[i] * b[i]) / square;
            for (var i = k; i < rows; i++)
            {
                b[i] -= onRight * v[i];
            }
        }

        var solution = new double[columns];
        for (var k = columns - 1; k >= 0; k--)
        {
            solution[k] = (b[k] - Enumerable.Range(k + 1, columns - k - 1).Sum(j => a[k, j] * solution[j])) / a[k, k];
        }

        return solution;
    }

    /// <summary>From Σ cᵢ ((x − centre) / scale)ⁱ to powers of x, the highest first, by Horner's scheme on polynomials.</summary>
    private static double[] Unscale(double[] scaled, double centre, double scale)
    {
        var result = new double[scaled.Length];
        foreach (var coefficient in scaled.Reverse())
        {
            for (var i = result.Length - 1; i >= 0; i--)
            {
                result[i] = (result[i] * -centre / scale) + (i > 0 ? result[i - 1] / scale : 0);
            }

            result[0] += coefficient;
        }

        Array.Reverse(result);
        return result;
    }
}
