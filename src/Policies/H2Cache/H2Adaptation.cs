namespace CachePolicies.Policies;

/// <summary>How thresholds follow the run, as functions of numbers alone.</summary>
internal sealed class H2Adaptation(H2AdaptiveOptions options)
{
    private readonly float _start = options.StartFactor;
    private readonly float _end = options.EndFactor;
    private readonly float _reaction = options.Reaction;
    private readonly float _maximum = options.MaximumReaction;

    /// <summary>The factor that both thresholds are multiplied by; finite and at least 0.</summary>
    public float Factor(in EvaluationInfo evaluation, H2Growth growth) => (float)(Schedule(evaluation) * Reaction(growth));

    private double Schedule(in EvaluationInfo evaluation) =>
        _start + ((_end - (double)_start) * evaluation.Index / Math.Max(1, evaluation.Count - 1));

    /// <summary>(g̅ / g)^reaction within the bound; 1 before anything was seen, and where both are 0.</summary>
    private double Reaction(H2Growth growth)
    {
        var factor = Math.Pow(growth.Mean / growth.Latest, _reaction);
        return double.IsNaN(factor) ? 1 : Math.Clamp(factor, 1.0 / _maximum, _maximum);
    }
}

/// <summary>The structure distance's growth per evaluation since its reference moved, as far as it was seen.</summary>
/// <param name="Mean">The mean of all; NaN before the first.</param>
/// <param name="Latest">The last one.</param>
/// <param name="Count">How many were seen.</param>
internal readonly record struct H2Growth(double Mean, double Latest, int Count)
{
    /// <summary>Before anything was seen.</summary>
    public static H2Growth None => new(double.NaN, double.NaN, 0);

    /// <summary>After one more distance, that many evaluations after its reference moved; one that is not finite changes nothing.</summary>
    public H2Growth Seen(float distance, int age)
    {
        if (!float.IsFinite(distance))
        {
            return this;
        }

        var latest = (double)distance / age;
        return new H2Growth(Count == 0 ? latest : Mean + ((latest - Mean) / (Count + 1)), latest, Count + 1);
    }
}
