namespace CachePolicies;

/// <summary>Which evaluations enter a history.</summary>
public enum HistoryRule
{
    /// <summary>Those that computed everything that is kept.</summary>
    Computed,

    /// <summary>Every evaluation, with what was forecast where nothing was computed (MeanCache): forecasts feed on forecasts.</summary>
    Every,
}

/// <summary>Which scalar products of what is kept an approximation asks for. They are taken on the device when an evaluation is kept, summed in float64.</summary>
public enum KeptProducts
{
    /// <summary>None.</summary>
    None,

    /// <summary>Of each entry with itself: whether it is finite.</summary>
    Squares,

    /// <summary>Of all pairs: the Gram matrix.</summary>
    All,
}

/// <summary>
/// How much of each kept evaluation goes into a forecast, f := Σ wᵢ · hᵢ: a method is its weights, made on the host from where the evaluations are.
/// Immutable; equal ones are one method.
/// </summary>
public abstract record ForecastWeights
{
    /// <summary>The most evaluations that are kept, at least 1.</summary>
    public abstract int MaximumHistory { get; }

    /// <summary>Which evaluations are kept. The default is <see cref="HistoryRule.Computed"/>.</summary>
    public virtual HistoryRule History => HistoryRule.Computed;

    /// <summary>Which products of what is kept <see cref="TryFill"/> reads. The default is none.</summary>
    public virtual KeptProducts Products => KeptProducts.None;

    /// <summary>Fills the weights. Called at each skip once two evaluations or more are kept; with one, a forecast is plain reuse. Allocates nothing.</summary>
    /// <param name="point">What is forecast, and from what; two evaluations or more.</param>
    /// <param name="weights">One for each kept evaluation, the newest first; 0 before the call.</param>
    /// <returns>Whether there is a forecast here; where there is not, the evaluation is computed.</returns>
    public abstract bool TryFill(in SkipPoint point, Span<double> weights);
}
