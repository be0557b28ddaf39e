using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>The first evaluations that run, which need not be the schedule's first: image to image begins later, a branch may join later.</summary>
internal sealed class WarmupRule(int steps) : IForcedComputeRule
{
    private int _ran;

    public bool IsForced(in EvaluationInfo evaluation) => _ran < steps;

    public void Complete(in EvaluationInfo evaluation, bool skipped) => _ran++;
}

/// <summary>The last evaluations.</summary>
internal sealed class ForcedLastRule(int steps) : IForcedComputeRule
{
    public bool IsForced(in EvaluationInfo evaluation) => evaluation.Index >= evaluation.Count - steps;
}

/// <summary>The evaluations that a mask computes, or the next one that runs where the lane was left out of such an evaluation.</summary>
internal sealed class StepMaskRule(ImmutableArray<bool> computes) : IForcedComputeRule
{
    private int _seen;

    public bool IsForced(in EvaluationInfo evaluation)
    {
        for (var i = Math.Min(_seen, evaluation.Index); i <= evaluation.Index; i++)
        {
            if (i >= computes.Length || computes[i])
            {
                return true;
            }
        }

        return false;
    }

    public void Complete(in EvaluationInfo evaluation, bool skipped) => _seen = evaluation.Index + 1;
}

/// <summary>The evaluation after that many in a row that computed nothing in full: skips, and evaluations that the lane was left out of.</summary>
internal sealed class ConsecutiveSkipsRule(int maximum) : IForcedComputeRule
{
    private int _computed = -1;

    public bool IsForced(in EvaluationInfo evaluation) => evaluation.Index - _computed > maximum;

    public void Complete(in EvaluationInfo evaluation, bool skipped) => _computed = skipped ? _computed : evaluation.Index;
}

/// <summary>Every evaluation after that many skips.</summary>
internal sealed class TotalSkipsRule(int maximum) : IForcedComputeRule
{
    private int _skips;

    public bool IsForced(in EvaluationInfo evaluation) => _skips >= maximum;

    public void Complete(in EvaluationInfo evaluation, bool skipped) => _skips += skipped ? 1 : 0;
}

/// <summary>The evaluations after a run of skips has ended, until that many are computed; the one that ended the run counts.</summary>
internal sealed class CooldownRule(int steps) : IForcedComputeRule
{
    private int _owed;
    private bool _runEnded;

    public bool IsForced(in EvaluationInfo evaluation) => _runEnded && _owed > 0;

    public void Complete(in EvaluationInfo evaluation, bool skipped)
    {
        _runEnded = !skipped;
        _owed = skipped ? steps : Math.Max(0, _owed - 1);
    }
}
