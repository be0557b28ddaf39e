namespace CachePolicies.Policies;

/// <summary>
/// The marks at which evaluations are computed, evenly spaced in log-SNR: at the first evaluation, and then at the evaluations that are nearest in time to
/// L(1) + i h, i = 1 … n − 1, with h = (L(0.013) − L(1)) / n. The last of them lies one spacing before t = 0.013: the end of a run changes the latent least.
/// </summary>
/// <param name="evaluations">n, of a run that starts from noise; one that starts later has the same spacing and fewer marks.</param>
internal struct LogSnrMarks(int evaluations)
{
    private const double End = 0.013;

    private static readonly double First = LogSnr.Of(1);
    private static readonly double Last = LogSnr.Of(End);

    private readonly double _spacing = (Last - First) / evaluations;
    private double _next = double.NegativeInfinity;

    /// <summary>Whether no mark is left.</summary>
    public readonly bool HaveEnded => _next >= Last - 1e-9;

    /// <summary>Whether an evaluation is the nearest to the next mark: no later one comes nearer.</summary>
    public readonly bool IsDue(in EvaluationInfo evaluation)
    {
        var time = LogSnr.TimeOf(evaluation);
        var next = float.IsFinite(evaluation.NextSigma) ? LogSnr.TimeAt(evaluation, evaluation.NextSigma) : time;
        return !HaveEnded && !(_next > LogSnr.Of((time + Math.Min(next, time)) / 2));
    }

    /// <summary>Notes that an evaluation was computed, whether it was due or not. The marks begin at the first; a late one does not crowd the next.</summary>
    public void Computed(in EvaluationInfo evaluation)
    {
        var at = LogSnr.Of(LogSnr.TimeOf(evaluation));
        _next = (double.IsNegativeInfinity(_next) ? at : Math.Max(_next, at - (_spacing / 2))) + _spacing;
    }
}
