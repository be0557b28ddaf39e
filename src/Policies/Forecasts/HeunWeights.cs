namespace CachePolicies.Policies;

/// <summary>
/// Forecast, then calibrate, after FoCa: with the slope d of the last three computed evaluations (BDF2 over the true gaps), p = h + k d is predicted at the
/// distance k, the slope d* is taken again at p, and h + k (d + d*) / 2 is the forecast (Heun). Exact on lines. The authors' code was not at hand: this is the
/// scheme as the paper describes it, over what was computed and not over earlier forecasts.
/// </summary>
/// <param name="Coordinate">Along what.</param>
public sealed record HeunWeights(ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index) : ForecastWeights
{
    /// <inheritdoc/>
    public override int MaximumHistory => 3;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> nodes = stackalloc double[Coordinate.CountInLine(point)];
        Nodes.Fill(Coordinate, point, nodes);
        weights[0] = 1;
        var now = Coordinate.Of(point.Current);
        var k = now - nodes[0];
        if (nodes.Length == 1 || k == 0)
        {
            return true;
        }

        Span<double> slope = stackalloc double[3];
        Span<double> again = stackalloc double[3];
        FillSlope(nodes, slope);
        FillSlope([now, nodes[0], nodes[1]], again);
        for (var i = 0; i < nodes.Length; i++)
        {
            // d* = again₀ p + again₁ h₀ + again₂ h₁, and p = h₀ + k d.
            var corrected = again[0] * ((i == 0 ? 1 : 0) + (k * slope[i]));
            corrected += i < 2 ? again[i + 1] : 0;
            weights[i] += k / 2 * (slope[i] + corrected);
        }

        return true;
    }

    /// <summary>The weights of the slope at the first place of the polynomial through two or three.</summary>
    private static void FillSlope(ReadOnlySpan<double> at, Span<double> slope)
    {
        if (at.Length == 2)
        {
            (slope[0], slope[1], slope[2]) = (1 / (at[0] - at[1]), -1 / (at[0] - at[1]), 0);
            return;
        }

        double a = at[0] - at[1], b = at[0] - at[2], c = at[1] - at[2];
        (slope[0], slope[1], slope[2]) = ((1 / a) + (1 / b), -b / (a * c), a / (b * c));
    }
}
