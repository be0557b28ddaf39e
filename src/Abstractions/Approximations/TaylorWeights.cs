namespace CachePolicies;

/// <summary>
/// TaylorSeer (arXiv 2503.06923, equation 8): F(k) = Σ_i dⁱ kⁱ / i! · damping^i over the distance k from the newest computed evaluation, derivatives by
/// backward differences between computed evaluations: d¹ = (F₀ − F₁)/(c₀ − c₁), dⁱ = (dⁱ⁻¹₀ − dⁱ⁻¹₁)/(c₀ − c₁). Exact on lines whatever the gaps. Of lower
/// order until enough was computed, and where two computed evaluations are at the same coordinate (a second-order sampler evaluates twice at one sigma).
/// </summary>
/// <param name="Order">0 to 3; 0 is plain reuse.</param>
/// <param name="Coordinate">c: along what.</param>
/// <param name="Damping">In [0, 1]; 1 is the published formula.</param>
public sealed record TaylorWeights(int Order, ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index, float Damping = 1) : ForecastWeights
{
    /// <summary>0 to 3.</summary>
    public int Order { get; } = Order is >= 0 and <= 3 ? Order : throw new ArgumentOutOfRangeException(nameof(Order), Order, "The order is 0, 1, 2 or 3.");

    /// <summary>In [0, 1].</summary>
    public float Damping { get; } = Damping is >= 0 and <= 1 ? Damping : throw new ArgumentOutOfRangeException(nameof(Damping), Damping, "Damping lies in [0, 1].");

    /// <inheritdoc/>
    public override int MaximumHistory => Order + 1;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        var computed = point.Computed;
        double c0 = At(computed[0]), gap = c0 - At(computed[1]), k = At(point.Current) - c0;
        var first = gap == 0 ? 0 : Damping * k / gap;
        weights[0] = 1 + first;
        weights[1] = -first;
        if (weights.Length < 3)
        {
            return true;
        }

        var gapBefore = At(computed[1]) - At(computed[2]);
        if (gap == 0 || gapBefore == 0)
        {
            return true;
        }

        var second = Damping * Damping * k * k / 2 / gap;
        weights[0] += second / gap;
        weights[1] -= (second / gap) + (second / gapBefore);
        weights[2] = second / gapBefore;
        if (weights.Length < 4 || At(computed[2]) - At(computed[3]) is 0)
        {
            return true;
        }

        AddThird(weights, k, gap, gapBefore, At(computed[2]) - At(computed[3]));
        return true;
    }

    // d³ = (d²₀ − d²₁)/g₀ with d²₁ = (d¹₁ − d¹₂)/g₁, each slope over its own gap.
    private void AddThird(Span<double> weights, double k, double g0, double g1, double g2)
    {
        var third = Damping * Damping * Damping * k * k * k / 6 / g0;
        var (newer, older) = (third / g0, third / g1);
        weights[0] += newer / g0;
        weights[1] -= (newer / g0) + (newer / g1) + (older / g1);
        weights[2] += (newer / g1) + (older / g1) + (older / g2);
        weights[3] = -older / g2;
    }

    private double At(in EvaluationInfo evaluation) => Coordinate.Of(evaluation);
}
