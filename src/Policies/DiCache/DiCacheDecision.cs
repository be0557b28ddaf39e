namespace CachePolicies.Policies;

/// <summary>DiCache's decisions as functions of numbers alone.</summary>
internal static class DiCacheDecision
{
    /// <summary>Whether an evaluation lies in the retained part: its index is at most ⌊ratio · count⌋.</summary>
    public static bool IsRetained(in EvaluationInfo evaluation, double ratio) => evaluation.Index <= (int)(ratio * evaluation.Count);

    /// <summary>δy, or |δy − δx| where the input's change is told.</summary>
    public static float Error(float probeChange, float? inputChange) => inputChange is { } change ? MathF.Abs(probeChange - change) : probeChange;

    /// <summary>The accumulator after an error; +∞ after one that is not finite, so that the step is computed.</summary>
    public static double Accumulate(double accumulated, float error) => float.IsFinite(error) ? accumulated + error : double.PositiveInfinity;
}
