namespace CachePolicies.Policies;

/// <summary>
/// HiCache (arXiv 2508.16984): TaylorSeer with Hermite polynomials in the monomials' place, F(k) = Σ dʳ σʳ Hᵣ(σk) / r!, over the distance k from the newest
/// computed evaluation; H₁(x) = 2x, H₂(x) = 4x² − 2, H₃(x) = 8x³ − 12x. Differences are taken over the true gaps. σ = √½ is exact on lines; less damps.
/// </summary>
/// <param name="Order">1 to 3.</param>
/// <param name="Scale">σ, above 0; 0.5 in the paper.</param>
/// <param name="Coordinate">Along what.</param>
public sealed record HermiteWeights(int Order = 1, float Scale = 0.5f, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    /// <summary>1 to 3.</summary>
    public int Order { get; } = Order is >= 1 and <= 3 ? Order : throw new ArgumentOutOfRangeException(nameof(Order), Order, "The order is 1, 2 or 3.");

    /// <summary>σ.</summary>
    public float Scale { get; } = float.IsFinite(Scale) && Scale > 0 ? Scale : throw new ArgumentOutOfRangeException(nameof(Scale), Scale, "The scale is a finite number above 0.");

    /// <inheritdoc/>
    public override int MaximumHistory => Order + 1;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> nodes = stackalloc double[Coordinate.CountInLine(point)];
        Nodes.Fill(Coordinate, point, nodes);
        double s = Scale, x = s * (Coordinate.Of(point.Current) - nodes[0]);
        ReadOnlySpan<double> factors = [1, s * 2 * x, s * s * ((4 * x * x) - 2) / 2, s * s * s * ((8 * x * x * x) - (12 * x)) / 6];
        Nodes.AddDifferences(nodes, factors[..nodes.Length], weights);
        return true;
    }
}
