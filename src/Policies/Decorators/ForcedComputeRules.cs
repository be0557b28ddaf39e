using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>The first evaluations.</summary>
internal sealed class WarmupRule(int steps) : IForcedComputeRule
{
    public bool IsForced(in EvaluationInfo evaluation) => evaluation.Index < steps;
}

/// <summary>The last evaluations.</summary>
internal sealed class ForcedLastRule(int steps) : IForcedComputeRule
{
    public bool IsForced(in EvaluationInfo evaluation) => evaluation.Index >= evaluation.Count - steps;
}

/// <summary>The evaluations that a mask computes.</summary>
internal sealed class StepMaskRule(ImmutableArray<bool> computes) : IForcedComputeRule
{
    public bool IsForced(in EvaluationInfo evaluation) => evaluation.Index >= computes.Length || computes[evaluation.Index];
}

/// <summary>The evaluation after so many skips in a row.</summary>
internal sealed class ConsecutiveSkipsRule(int maximum) : IForcedComputeRule
{
    private int _inARow;

    public bool IsForced(in EvaluationInfo evaluation) => _inARow >= maximum;

    public void Complete(bool skipped) => _inARow = skipped ? _inARow + 1 : 0;
}

/// <summary>Every evaluation after so many skips.</summary>
internal sealed class TotalSkipsRule(int maximum) : IForcedComputeRule
{
    private int _skips;

    public bool IsForced(in EvaluationInfo evaluation) => _skips >= maximum;

    public void Complete(bool skipped) => _skips += skipped ? 1 : 0;
}

/// <summary>The evaluations after a run of skips has ended, until so many are computed; the one that ended the run counts.</summary>
internal sealed class CooldownRule(int steps) : IForcedComputeRule
{
    private int _owed;
    private bool _runEnded;

    public bool IsForced(in EvaluationInfo evaluation) => _runEnded && _owed > 0;

    public void Complete(bool skipped)
    {
        _runEnded = !skipped;
        _owed = skipped ? steps : Math.Max(0, _owed - 1);
    }
}
