namespace CachePolicies.Policies;

/// <summary>Small systems of equations with a symmetric, positive definite matrix, without allocation.</summary>
internal static class Cholesky
{
    /// <summary>Solves A x = b in place.</summary>
    /// <param name="matrix">A by rows; overwritten.</param>
    /// <param name="right">b; becomes x.</param>
    /// <returns>False where the matrix is not positive definite, even with its diagonal raised by a millionth.</returns>
    public static bool TrySolve(Span<double> matrix, Span<double> right)
    {
        var n = right.Length;
        Span<double> copy = stackalloc double[matrix.Length];
        matrix.CopyTo(copy);
        if (!TryFactor(matrix, n))
        {
            var trace = 0.0;
            for (var i = 0; i < n; i++)
            {
                trace += copy[(i * n) + i];
            }

            copy.CopyTo(matrix);
            for (var i = 0; i < n; i++)
            {
                matrix[(i * n) + i] += 1e-6 * trace / n;
            }

            if (!TryFactor(matrix, n))
            {
                return false;
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                right[i] -= matrix[(i * n) + j] * right[j];
            }

            right[i] /= matrix[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < n; j++)
            {
                right[i] -= matrix[(j * n) + i] * right[j];
            }

            right[i] /= matrix[(i * n) + i];
        }

        return true;
    }

    private static bool TryFactor(Span<double> matrix, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[(i * n) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= matrix[(i * n) + k] * matrix[(j * n) + k];
                }

                if (i != j)
                {
                    matrix[(i * n) + j] = sum / matrix[(j * n) + j];
                }
                else if (sum > 0)
                {
                    matrix[(i * n) + i] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }
}
