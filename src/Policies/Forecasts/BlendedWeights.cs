namespace CachePolicies.Policies;

/// <summary>Two forecasts in one: (1 − w) · first + w · second.</summary>
/// <param name="First">What is used alone at a share of 0.</param>
/// <param name="Second">What is used alone at a share of 1.</param>
/// <param name="Share">w, from 0 to 1.</param>
public sealed record BlendedWeights(ForecastWeights First, ForecastWeights Second, float Share) : ForecastWeights
{
    /// <summary>w.</summary>
    public float Share { get; } = Share is >= 0 and <= 1 ? Share : throw new ArgumentOutOfRangeException(nameof(Share), Share, "The share is a number from 0 to 1.");

    /// <inheritdoc/>
    public override int MaximumHistory => Math.Max(First.MaximumHistory, Second.MaximumHistory);

    /// <inheritdoc/>
    public override HistoryRule History => First.History > Second.History ? First.History : Second.History;

    /// <inheritdoc/>
    public override KeptProducts Products => First.Products > Second.Products ? First.Products : Second.Products;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        Span<double> second = stackalloc double[weights.Length];
        second.Clear();
        if (!TryFill(First, point, weights) || !TryFill(Second, point, second))
        {
            return false;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] += Share * (second[i] - weights[i]);
        }

        return true;
    }

    private static bool TryFill(ForecastWeights forecast, in SkipPoint point, Span<double> weights)
    {
        var used = Math.Min(weights.Length, forecast.MaximumHistory);
        if (used == 1)
        {
            weights[0] = 1;
            return true;
        }

        return forecast.TryFill(point.Newest(used), weights[..used]);
    }
}
