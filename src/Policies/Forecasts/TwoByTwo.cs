namespace CachePolicies.Policies;

/// <summary>Powers of matrices of one or two rows.</summary>
internal static class TwoByTwo
{
    /// <summary>Mᵗ = a M + b for any real t, by the eigenvalues of M.</summary>
    /// <param name="matrix">M by rows of two.</param>
    /// <param name="size">1 or 2.</param>
    /// <param name="power">t, at least 0.</param>
    /// <param name="ofMatrix">a.</param>
    /// <param name="ofOne">b.</param>
    /// <returns>Whether the power is real: not where an eigenvalue is below 0.</returns>
    public static bool TryPower(ReadOnlySpan<double> matrix, int size, double power, out double ofMatrix, out double ofOne)
    {
        (ofMatrix, ofOne) = (0, 0);
        if (size == 1)
        {
            ofOne = Math.Pow(matrix[0], power);
            return matrix[0] >= 0;
        }

        var half = (matrix[0] + matrix[3]) / 2;
        var determinant = (matrix[0] * matrix[3]) - (matrix[1] * matrix[2]);
        var square = (half * half) - determinant;
        if (Math.Abs(square) <= 1e-9 * half * half)
        {
            // Both eigenvalues are half the trace; also where rounding tells them apart by a hair.
            ofMatrix = power * Math.Pow(half, power - 1);
            ofOne = (1 - power) * Math.Pow(half, power);
            return half > 0;
        }

        if (square > 0)
        {
            double first = half + Math.Sqrt(square), second = half - Math.Sqrt(square);
            double one = Math.Pow(first, power), two = Math.Pow(second, power);
            ofMatrix = (one - two) / (first - second);
            ofOne = ((first * two) - (second * one)) / (first - second);
            return second >= 0;
        }

        double modulus = Math.Sqrt(determinant), angle = Math.Atan2(Math.Sqrt(-square), half);
        ofMatrix = Math.Pow(modulus, power - 1) * Math.Sin(power * angle) / Math.Sin(angle);
        ofOne = -Math.Pow(modulus, power) * Math.Sin((power - 1) * angle) / Math.Sin(angle);
        return true;
    }
}
