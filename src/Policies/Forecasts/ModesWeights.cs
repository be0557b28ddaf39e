namespace CachePolicies.Policies;

/// <summary>
/// Dynamic mode decomposition (HiCache++): a linear map that leads each kept evaluation to the next is fitted in the space of their two strongest directions, and
/// led on, h(t) = h₀ + U (Ãᵗ − 1) Uᵀ h₀, with t the distance in gaps. All of it follows from the scalar products of what is kept, in float64; no tensor is
/// decomposed. Exact on sums of two exponentials and on lines. Takes the newest evaluations that lie evenly; where fewer than three do, or where the map turns a
/// direction round, first order over the true gap takes its place.
/// </summary>
/// <param name="Window">How many evaluations are kept at the most, 3 to 9.</param>
/// <param name="Coordinate">Along what.</param>
public sealed record ModesWeights(int Window = 5, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    /// <summary>The longest window.</summary>
    public const int LongestWindow = 9;

    /// <summary>Directions whose share of the strongest is smaller are noise.</summary>
    private const double Cut = 1e-4;

    /// <summary>K.</summary>
    public int Window { get; } = Window is >= 3 and <= LongestWindow ? Window : throw new ArgumentOutOfRangeException(nameof(Window), Window, "The window is 3 to 9.");

    /// <inheritdoc/>
    public override int MaximumHistory => Window;

    /// <inheritdoc/>
    public override KeptProducts Products => KeptProducts.All;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> nodes = stackalloc double[Coordinate.CountInLine(point)];
        Nodes.Fill(Coordinate, point, nodes);
        if (nodes.Length < 3 || !TryFillModes(point, nodes[..EvenlySpaced(nodes)], weights))
        {
            weights.Clear();
            var used = Math.Min(nodes.Length, 2);
            Nodes.FillLagrange(Coordinate.Of(point.Current), nodes[..used], weights);
        }

        return true;
    }

    private bool TryFillModes(in SkipPoint point, ReadOnlySpan<double> nodes, Span<double> weights)
    {
        // Columns 0 … m − 1 of X are h₁ … h_m; the same columns of Y are one evaluation newer: h₀ … h_{m−1}.
        var m = nodes.Length - 1;
        if (m < 2 || !point.HasProducts)
        {
            return false;
        }

        Span<double> vectors = stackalloc double[m * m];
        Span<double> values = stackalloc double[m];
        var products = vectors[..(m * m)];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < m; j++)
            {
                if (!double.IsFinite(products[(i * m) + j] = point.Product(i + 1, j + 1)))
                {
                    return false;
                }
            }
        }

        SymmetricEigen.Solve(vectors, values);
        var rank = values[0] > 0 ? (values[1] > Cut * Cut * values[0] ? 2 : 1) : 0;
        if (rank == 0)
        {
            return false;
        }

        // Basis column r, in terms of X's columns: v_r / s_r.
        Span<double> map = stackalloc double[4];
        Span<double> start = stackalloc double[2];
        for (var r = 0; r < rank; r++)
        {
            for (var j = 0; j < m; j++)
            {
                vectors[(j * m) + r] /= Math.Sqrt(values[r]);
            }
        }

        for (var r = 0; r < rank; r++)
        {
            for (var i = 0; i < m; i++)
            {
                start[r] += vectors[(i * m) + r] * point.Product(i + 1, 0);
                for (var c = 0; c < rank; c++)
                {
                    for (var j = 0; j < m; j++)
                    {
                        map[(r * 2) + c] += vectors[(i * m) + r] * point.Product(i + 1, j) * vectors[(j * m) + c];
                    }
                }
            }
        }

        var time = (Coordinate.Of(point.Current) - nodes[0]) / (nodes[0] - nodes[1]);
        if (rank == 1)
        {
            (map[1], map[2], map[3]) = (0, 0, 0);
        }

        if (!TwoByTwo.TryPower(map, rank == 1 ? 1 : 2, time, out var ofMap, out var ofOne))
        {
            return false;
        }

        weights[0] = 1;
        for (var r = 0; r < rank; r++)
        {
            var led = (ofMap * ((map[r * 2] * start[0]) + (map[(r * 2) + 1] * start[1]))) + ((ofOne - 1) * start[r]);
            for (var j = 0; j < m; j++)
            {
                weights[j + 1] += vectors[(j * m) + r] * led;
            }
        }

        return true;
    }

    private static int EvenlySpaced(ReadOnlySpan<double> nodes)
    {
        var count = 2;
        var gap = nodes[0] - nodes[1];
        while (count < nodes.Length && Math.Abs(nodes[count - 1] - nodes[count] - gap) <= 1e-6 * Math.Abs(gap))
        {
            count++;
        }

        return count;
    }
}
