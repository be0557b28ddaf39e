namespace CachePolicies.Policies;

/// <summary>
/// Where a run lies in the whole schedule from pure noise. One that begins at its first evaluation below sigma 1 is the last part of a whole run, as image
/// to image is: n evaluations from σ down are taken for the last n of n / σ, which is exact where sigma falls evenly.
/// </summary>
internal struct WholeRun
{
    private int _before;
    private bool _isKnown;

    /// <summary>An evaluation as the whole schedule counts it.</summary>
    public readonly EvaluationInfo Place(in EvaluationInfo evaluation)
    {
        var before = _isKnown ? _before : Before(evaluation);
        return evaluation with { Index = evaluation.Index + before, Count = evaluation.Count + before };
    }

    /// <summary>Told each evaluation that ran.</summary>
    public void Complete(in EvaluationInfo evaluation)
    {
        if (!_isKnown)
        {
            (_before, _isKnown) = (Before(evaluation), true);
        }
    }

    /// <summary>How many evaluations of the whole schedule lie before the run's own first.</summary>
    private static int Before(in EvaluationInfo first) => first is { Index: 0, Sigma: > 0 and < 1 }
        ? (int)Math.Min(Math.Round(first.Count / (double)first.Sigma) - first.Count, 1_000_000)
        : 0;
}
