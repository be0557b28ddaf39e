namespace CachePolicies.Policies;

/// <summary>
/// Newton's extrapolation, the local half of Spectrum (arXiv 2603.01623): the polynomial through the last order + 1 computed evaluations, over their true
/// gaps. Exact on polynomials of its order. Of lower order until enough was computed.
/// </summary>
/// <param name="Order">1 to 3.</param>
/// <param name="Coordinate">Along what.</param>
public sealed record NewtonWeights(int Order = 1, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    /// <summary>1 to 3.</summary>
    public int Order { get; } = Order is >= 1 and <= 3 ? Order : throw new ArgumentOutOfRangeException(nameof(Order), Order, "The order is 1, 2 or 3.");

    /// <inheritdoc/>
    public override int MaximumHistory => Order + 1;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> nodes = stackalloc double[Coordinate.CountInLine(point)];
        Nodes.Fill(Coordinate, point, nodes);
        Nodes.FillLagrange(Coordinate.Of(point.Current), nodes, weights);
        return true;
    }
}
