namespace CachePolicies.Policies;

/// <summary>
/// MeanCache's mean velocity (arXiv 2601.19961): over the last k evaluations, computed or forecast, the mean velocity ū is what the latent moved divided by the
/// change of σ. How far ū is from the velocity v_s at the start says how the velocity turns, and is continued over the current step:
/// <code>v̂ = v₀ − (v_s − ū) / (σ_end − σ_s) · (σ_next − σ_now),   ū = Σ v_j (σ_{j+1} − σ_j) / (σ_end − σ_s)</code>
/// Written over the velocities themselves, as an Euler step moves the latent by them; with guidance of one scale the branches' forecasts add up to that of the
/// guided velocity, which the authors forecast. k = 1 is plain reuse. Constants are continued exactly. Where the schedule jumps back, or says no next noise level, it is plain reuse.
/// </summary>
/// <param name="Evaluations">k, 1 to 8: how many evaluations the mean is taken over.</param>
public sealed record MeanVelocityWeights(int Evaluations = 2) : ForecastWeights
{
    /// <summary>The longest mean.</summary>
    public const int Longest = 8;

    /// <summary>k, 1 to 8.</summary>
    public int Evaluations { get; } = Evaluations is >= 1 and <= Longest
        ? Evaluations
        : throw new ArgumentOutOfRangeException(nameof(Evaluations), Evaluations, $"The mean is taken over 1 to {Longest} evaluations.");

    /// <inheritdoc/>
    public override int MaximumHistory => Evaluations;

    /// <inheritdoc/>
    public override HistoryRule History => HistoryRule.Every;

    /// <inheritdoc/>
    public override bool TryFill(in SkipPoint point, Span<double> weights)
    {
        var count = ExtrapolationCoordinate.Sigma.CountInLine(point);
        double start = point.Computed[count - 1].Sigma, end = point.Current.Sigma;
        var ahead = (double)point.Current.NextSigma - end;
        var passed = end - start;
        weights[0] = 1;
        if (count == 1 || passed == 0 || !double.IsFinite(ahead))
        {
            return true;
        }

        var turn = ahead / passed;
        weights[count - 1] -= turn;
        var until = end;
        for (var j = 0; j < count; j++)
        {
            double from = point.Computed[j].Sigma;
            weights[j] += turn * (until - from) / passed;
            until = from;
        }

        return true;
    }
}
