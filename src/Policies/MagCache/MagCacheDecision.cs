namespace CachePolicies.Policies;

/// <summary>What MagCache carries from one skipped evaluation to the next.</summary>
/// <param name="Ratio">The product of the magnitude ratios since the last computed evaluation.</param>
/// <param name="Error">The sum of |1 − ratio| since then.</param>
internal readonly record struct MagCacheState(double Ratio, double Error)
{
    /// <summary>After a computed evaluation.</summary>
    public static MagCacheState Start => new(1, 0);

    /// <summary>After one more skipped evaluation with the magnitude ratio <paramref name="ratio"/>.</summary>
    public MagCacheState Next(double ratio) => new(Ratio * ratio, Error + Math.Abs(1 - (Ratio * ratio)));
}

/// <summary>MagCache's decisions as functions of numbers alone.</summary>
internal static class MagCacheDecision
{
    /// <summary>Whether an evaluation lies in the retained part: its index is below ⌊ratio · count + ½⌋.</summary>
    public static bool IsRetained(in EvaluationInfo evaluation, double ratio) => evaluation.Index < (int)((ratio * evaluation.Count) + 0.5);
}
