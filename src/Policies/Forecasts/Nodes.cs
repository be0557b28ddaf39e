namespace CachePolicies.Policies;

/// <summary>Weights of values at uneven places, for interpolation beyond them.</summary>
internal static class Nodes
{
    /// <summary>Fills the weights of the polynomial through all values, read elsewhere: wᵢ = Π_{j ≠ i} (x − xⱼ) / (xᵢ − xⱼ).</summary>
    /// <param name="at">x: where it is read.</param>
    /// <param name="nodes">Where the values are, each at another place.</param>
    /// <param name="weights">One for each value.</param>
    public static void FillLagrange(double at, ReadOnlySpan<double> nodes, Span<double> weights)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            var weight = 1.0;
            for (var j = 0; j < nodes.Length; j++)
            {
                weight *= j == i ? 1 : (at - nodes[j]) / (nodes[i] - nodes[j]);
            }

            weights[i] = weight;
        }
    }

    /// <summary>
    /// Turns weights of values into those of repeated backward differences over the true gaps, d⁰ᵢ = hᵢ and dʳᵢ = (dʳ⁻¹ᵢ − dʳ⁻¹ᵢ₊₁) / (xᵢ − xᵢ₊₁), and adds
    /// Σ factors[r] · dʳ₀.
    /// </summary>
    /// <param name="nodes">Where the values are, the newest first.</param>
    /// <param name="factors">How much of each difference is added, from the 0th on; at most as many as there are values, and at most 4.</param>
    /// <param name="weights">One for each value; added to.</param>
    public static void AddDifferences(ReadOnlySpan<double> nodes, ReadOnlySpan<double> factors, Span<double> weights)
    {
        var count = factors.Length;
        Span<double> differences = stackalloc double[count * count];
        for (var i = 0; i < count; i++)
        {
            differences[(i * count) + i] = 1;
        }

        for (var r = 0; r < count; r++)
        {
            for (var w = 0; w < count; w++)
            {
                weights[w] += factors[r] * differences[w];
            }

            for (var i = 0; i + r + 1 < count; i++)
            {
                for (var w = 0; w < count; w++)
                {
                    differences[(i * count) + w] = (differences[(i * count) + w] - differences[((i + 1) * count) + w]) / (nodes[i] - nodes[i + 1]);
                }
            }
        }
    }

    /// <summary>Fills where the newest kept evaluations are.</summary>
    public static void Fill(ExtrapolationCoordinate coordinate, in SkipPoint point, Span<double> nodes)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = coordinate.Of(point.Computed[i]);
        }
    }
}
