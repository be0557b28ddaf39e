namespace CachePolicies.Engine;

/// <summary>Systems of a few linear equations.</summary>
internal static class LinearSystem
{
    /// <summary>x with A x = b, by elimination with the largest pivots.</summary>
    /// <param name="matrix">The rows of A; used up.</param>
    /// <param name="right">b.</param>
    public static double[] Solve(double[][] matrix, ReadOnlySpan<double> right)
    {
        var count = right.Length;
        var x = right.ToArray();
        for (var column = 0; column < count; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < count; row++)
            {
                pivot = Math.Abs(matrix[row][column]) > Math.Abs(matrix[pivot][column]) ? row : pivot;
            }

            (matrix[column], matrix[pivot]) = (matrix[pivot], matrix[column]);
            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var row = 0; row < count; row++)
            {
                if (row == column)
                {
                    continue;
                }

                var factor = matrix[row][column] / matrix[column][column];
                for (var k = column; k < count; k++)
                {
                    matrix[row][k] -= factor * matrix[column][k];
                }

                x[row] -= factor * x[column];
            }
        }

        for (var row = 0; row < count; row++)
        {
            x[row] /= matrix[row][row];
        }

        return x;
    }
}
