namespace CachePolicies.Policies;

/// <summary>Eigenvalues and eigenvectors of small symmetric matrices, by Jacobi's rotations, without allocation.</summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 30;

    /// <summary>Solves in place.</summary>
    /// <param name="matrix">The matrix by rows; becomes the eigenvectors, one a column.</param>
    /// <param name="values">Gets the eigenvalues, the largest first.</param>
    public static void Solve(Span<double> matrix, Span<double> values)
    {
        var n = values.Length;
        Span<double> vectors = stackalloc double[n * n];
        for (var i = 0; i < n; i++)
        {
            vectors[(i * n) + i] = 1;
        }

        for (var sweep = 0; sweep < MostSweeps && OffDiagonal(matrix, n) > 0; sweep++)
        {
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    Rotate(matrix, vectors, n, p, q);
                }
            }
        }

        for (var i = 0; i < n; i++)
        {
            values[i] = matrix[(i * n) + i];
        }

        vectors.CopyTo(matrix);
        Sort(matrix, values);
    }

    private static double OffDiagonal(ReadOnlySpan<double> matrix, int n)
    {
        double off = 0, all = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var square = matrix[(i * n) + j] * matrix[(i * n) + j];
                all += square;
                off += i == j ? 0 : square;
            }
        }

        return off > 1e-30 * all ? off : 0;
    }

    private static void Rotate(Span<double> matrix, Span<double> vectors, int n, int p, int q)
    {
        var off = matrix[(p * n) + q];
        if (off == 0)
        {
            return;
        }

        var theta = (matrix[(q * n) + q] - matrix[(p * n) + p]) / (2 * off);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < n; k++)
        {
            Turn(ref matrix[(k * n) + p], ref matrix[(k * n) + q], c, s);
        }

        for (var k = 0; k < n; k++)
        {
            Turn(ref matrix[(p * n) + k], ref matrix[(q * n) + k], c, s);
            Turn(ref vectors[(k * n) + p], ref vectors[(k * n) + q], c, s);
        }
    }

    private static void Turn(ref double a, ref double b, double c, double s) => (a, b) = ((c * a) - (s * b), (s * a) + (c * b));

    private static void Sort(Span<double> vectors, Span<double> values)
    {
        var n = values.Length;
        for (var i = 0; i < n; i++)
        {
            var largest = i;
            for (var j = i + 1; j < n; j++)
            {
                largest = values[j] > values[largest] ? j : largest;
            }

            (values[i], values[largest]) = (values[largest], values[i]);
            for (var k = 0; k < n; k++)
            {
                (vectors[(k * n) + i], vectors[(k * n) + largest]) = (vectors[(k * n) + largest], vectors[(k * n) + i]);
            }
        }
    }
}
