using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>What a forecast is a sum of.</summary>
public enum ForecastSubject
{
    /// <summary>Kept states: f := Σ wᵢ fᵢ.</summary>
    State,

    /// <summary>Kept residuals over the base: f := f_base + Σ wᵢ (f − f_base)ᵢ.</summary>
    Residual,

    /// <summary>Kept estimates of the clean picture, x = a z + b o: o := (Σ wᵢ xᵢ − a z) / b, with the a, b and z of the evaluation that is skipped.</summary>
    CleanPicture,
}

/// <summary>
/// A forecast from the last computed evaluations, f := Σ wᵢ · hᵢ: the methods differ in their weights, which are made on the host in float64; one kernel
/// serves them all. With one kept evaluation it is plain reuse. Where weights are not finite, or what is kept is not, the evaluation is computed.
/// </summary>
/// <param name="Weights">The method.</param>
/// <param name="From">The base, where residuals or the clean picture are kept; <see langword="null"/> for whole states.</param>
/// <param name="Subject">What is kept and summed.</param>
public record LinearForecast(ForecastWeights Weights, BoundaryRef? From = null, ForecastSubject Subject = ForecastSubject.State) : Approximation
{
    /// <summary>The longest history that a forecast may have.</summary>
    public const int LongestHistory = 32;

    /// <summary>The method.</summary>
    public ForecastWeights Weights { get; } = Weights is { MaximumHistory: >= 1 and <= LongestHistory }
        ? Weights
        : throw new ArgumentException($"A forecast keeps 1 to {LongestHistory} evaluations, not {Weights?.MaximumHistory}.", nameof(Weights));

    /// <summary>What is kept and summed.</summary>
    public ForecastSubject Subject { get; } = (Subject == ForecastSubject.State) == (From is null)
        ? Subject
        : throw new ArgumentException($"A forecast of {Subject} {(From is null ? "needs a base" : "has no base")}.", nameof(From));

    /// <summary>
    /// G, the most that Σ|wᵢ| may be: noise and rounding in what is kept are amplified by it. Larger ones are led back towards plain reuse, as far as needed.
    /// </summary>
    /// <value>At least 1. The default is +∞: no limit.</value>
    public double MaximumGain
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The gain is limited to 1 or more.");
    }
    = double.PositiveInfinity;

    /// <inheritdoc/>
    public override BoundaryRef? Base => From;

    /// <inheritdoc/>
    public override ImmutableArray<KeptForm> Forms => Subject == ForecastSubject.CleanPicture ? [KeptForm.CleanPicture] : [];

    /// <inheritdoc/>
    public override int MaximumHistory => Weights.MaximumHistory;

    /// <inheritdoc/>
    public override HistoryRule History => Weights.History;

    /// <inheritdoc/>
    public override KeptProducts Products => Weights.Products == KeptProducts.None ? KeptProducts.Squares : Weights.Products;

    /// <inheritdoc/>
    public override int ScalarCount(int history) => Subject == ForecastSubject.CleanPicture ? Math.Min(history, MaximumHistory) + 1
        : history < 2 ? 0
        : Math.Min(history, MaximumHistory);

    /// <inheritdoc/>
    public override bool IsDefined(in SkipPoint point)
    {
        Span<double> weights = stackalloc double[point.Computed.Length];
        if (Subject == ForecastSubject.CleanPicture && !float.IsFinite(point.Current.Clean.Latent / point.Current.Clean.Output))
        {
            return false;
        }

        return TryWeigh(point, weights, out _);
    }

    /// <inheritdoc/>
    public override double? GainOf(in SkipPoint point, out bool limited)
    {
        Span<double> weights = stackalloc double[point.Computed.Length];
        return TryWeigh(point, weights, out limited) ? Gain(weights) : null;
    }

    /// <summary>The weights, limited to <see cref="MaximumGain"/>.</summary>
    /// <param name="point">What is forecast, and from what.</param>
    /// <param name="weights">One for each kept evaluation, the newest first.</param>
    /// <param name="limited">Whether the gain was too large.</param>
    /// <returns>Whether there is a forecast; not where a weight or something kept is not finite.</returns>
    public bool TryWeigh(in SkipPoint point, Span<double> weights, out bool limited)
    {
        limited = false;
        weights.Clear();
        if (weights.Length == 1)
        {
            weights[0] = 1;
        }
        else if (!Weights.TryFill(point, weights))
        {
            return false;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            if (!double.IsFinite(weights[i]) || (point.HasProducts && !double.IsFinite(point.Product(i, i))))
            {
                return false;
            }
        }

        limited = Gain(weights) > MaximumGain;
        if (limited)
        {
            LeadBack(weights, MaximumGain);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void FillScalars(in SkipPoint point, Span<float> scalars)
    {
        if (scalars.IsEmpty)
        {
            return;
        }

        Span<double> weights = stackalloc double[point.Computed.Length];
        if (!TryWeigh(point, weights, out _))
        {
            weights.Clear();
            weights[0] = 1;
        }

        var (a, b) = Subject == ForecastSubject.CleanPicture ? ((double)point.Current.Clean.Latent, (double)point.Current.Clean.Output) : (0, 1);
        for (var i = 0; i < weights.Length; i++)
        {
            scalars[i] = (float)(weights[i] / b);
        }

        if (Subject == ForecastSubject.CleanPicture)
        {
            scalars[^1] = (float)(-a / b);
        }
    }

    /// <inheritdoc/>
    public override void FillScalars(in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed, Span<float> scalars) =>
        FillScalars(new SkipPoint(current, computed), scalars);

    /// <inheritdoc/>
    public override TensorExpression Build(ApproximationOperands operands)
    {
        var scalars = ScalarCount(operands.History);
        var sum = scalars == 0 ? operands.Kept(0) : TensorExpression.Scalar(0) * operands.Kept(0);
        for (var i = 1; i < Math.Min(operands.History, MaximumHistory); i++)
        {
            sum += TensorExpression.Scalar(i) * operands.Kept(i);
        }

        return Subject switch
        {
            ForecastSubject.State => sum,
            ForecastSubject.Residual => operands.Base + sum,
            _ => sum + (TensorExpression.Scalar(scalars - 1) * operands.Base),
        };
    }

    /// <summary>Σ|wᵢ|.</summary>
    private static double Gain(ReadOnlySpan<double> weights)
    {
        var gain = 0.0;
        foreach (var weight in weights)
        {
            gain += Math.Abs(weight);
        }

        return gain;
    }

    /// <summary>The weights on the line from plain reuse, (1, 0, …), to what they were, at which the gain is the limit. Their sum stays 1 where it was.</summary>
    private static void LeadBack(Span<double> weights, double limit)
    {
        var others = Gain(weights[1..]);
        var share = (limit - 1) / (weights[0] - 1 + others);
        if (!(share >= 0) || 1 + (share * (weights[0] - 1)) < 0)
        {
            share = (limit + 1) / (others - weights[0] + 1);
        }

        weights[0] = 1 + (share * (weights[0] - 1));
        foreach (ref var weight in weights[1..])
        {
            weight *= share;
        }
    }
}
