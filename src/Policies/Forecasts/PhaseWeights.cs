namespace CachePolicies.Policies;

/// <summary>
/// ResilPhase: the polynomial through the last order + 1 computed evaluations over their phases φ = tanh(α (s − s̄) / max|s − s̄|), with s̄ their mean place. The
/// phase saturates ahead of them, so that of order 1 at most half the last difference is added, however far the forecast goes.
/// </summary>
/// <param name="Order">1 to 3.</param>
/// <param name="Sharpness">α, above 0; 0.55 as published.</param>
/// <param name="Coordinate">s: along what.</param>
public sealed record PhaseWeights(int Order = 1, float Sharpness = 0.55f, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    /// <summary>1 to 3.</summary>
    public int Order { get; } = Order is >= 1 and <= 3 ? Order : throw new ArgumentOutOfRangeException(nameof(Order), Order, "The order is 1, 2 or 3.");

    /// <summary>α.</summary>
    public float Sharpness { get; } = Sharpness is > 0 and <= 8 ? Sharpness : throw new ArgumentOutOfRangeException(nameof(Sharpness), Sharpness, "The sharpness lies above 0 and is at most 8.");

    /// <inheritdoc/>
    public override int MaximumHistory => Order + 1;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> nodes = stackalloc double[Coordinate.CountInLine(point)];
        Nodes.Fill(Coordinate, point, nodes);
        if (nodes.Length == 1)
        {
            weights[0] = 1;
            return true;
        }

        var mean = 0.0;
        foreach (var node in nodes)
        {
            mean += node / nodes.Length;
        }

        var farthest = Math.Max(Math.Abs(nodes[0] - mean), Math.Abs(nodes[^1] - mean));
        var now = PhaseOf(Coordinate.Of(point.Current), mean, farthest);
        foreach (ref var node in nodes)
        {
            node = PhaseOf(node, mean, farthest);
        }

        Nodes.FillLagrange(now, nodes, weights);
        return true;
    }

    private double PhaseOf(double place, double mean, double farthest) => Math.Tanh(Sharpness * (place - mean) / farthest);
}
