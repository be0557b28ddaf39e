namespace CachePolicies;

/// <summary>
/// What a <see cref="PlanWalk"/> acts on: features on a device in the engine, a table of recorded distances, or a script. The walk says what exists
/// and what moves; whoever implements this says what it is.
/// </summary>
public interface IWalkedFeatures
{
    /// <summary>The distance of a measurement's value from its reference. Called where both exist, at most once for each measurement and evaluation.</summary>
    /// <param name="measurement">The index among <see cref="CachePlan.Measurements"/>.</param>
    float Measure(int measurement);

    /// <summary>The policy asked for a measurement; called each time it does.</summary>
    /// <param name="measurement">The index among <see cref="CachePlan.Measurements"/>.</param>
    /// <param name="distance">What it was told: +∞ where value or reference does not exist.</param>
    void Asked(int measurement, float distance)
    {
    }

    /// <summary>The value of this evaluation, which exists, becomes a measurement's reference.</summary>
    /// <param name="measurement">The index among <see cref="CachePlan.Measurements"/>.</param>
    void MoveReference(int measurement)
    {
    }

    /// <summary>What this evaluation computed becomes the newest entry of a kept feature.</summary>
    /// <param name="kept">The index among <see cref="CachePlan.Kept"/>.</param>
    void Keep(int kept)
    {
    }

    /// <summary>The scalar products of a kept feature's entries, a square matrix by rows of <see cref="KeptFeature.Depth"/>; empty where they are not known.</summary>
    /// <param name="kept">The index among <see cref="CachePlan.Kept"/>.</param>
    ReadOnlySpan<double> ProductsOf(int kept) => [];

    /// <summary>A measurement's reference is not needed any more.</summary>
    /// <param name="measurement">The index among <see cref="CachePlan.Measurements"/>.</param>
    void DropReference(int measurement)
    {
    }

    /// <summary>Only the newest entries of a kept feature are still needed.</summary>
    /// <param name="kept">The index among <see cref="CachePlan.Kept"/>.</param>
    /// <param name="entries">How many, fewer than there were.</param>
    void DropHistory(int kept, int entries)
    {
    }
}

/// <summary>
/// The one state machine over a plan, for one lane of one generation and without a tensor: where the lane is, what exists there, which references and
/// how much history there are, which decisions the plan allows, and what is remembered afterwards. For each evaluation:
/// <code>
/// walk.Begin(evaluation);
/// while (!walk.HasEnded)
/// {
///     if (walk.Resolve(walk.Ask()) is { } skip) walk.Skip(skip); else walk.Compute();
/// }
/// walk.Complete();
/// </code>
/// Allocates nothing after it was created. Used by one thread at a time.
/// </summary>
public sealed class PlanWalk : IMeasurementSource
{
    /// <summary>The reason of a decision that was made for the policy, because an input was set again (<see cref="Forget"/>).</summary>
    public const string InputChanged = "input changed";

    private readonly DenoiserLayout _layout;
    private readonly ICachePolicySession _session;
    private readonly IWalkedFeatures _features;
    private readonly bool[] _asks;
    private readonly bool[] _needsReference;
    private readonly bool[] _reached;
    private readonly bool[] _hasReference;
    private readonly float?[] _distances;
    private readonly EvaluationInfo[][] _history;
    private readonly int[] _counts;
    private int? _last;
    private bool _forgotten;

    /// <summary>Starts at the beginning of a generation.</summary>
    /// <param name="plan">What the policy declared.</param>
    /// <param name="session">The policy's session for the lane.</param>
    /// <param name="features">What is walked over.</param>
    public PlanWalk(CachePlan plan, ICachePolicySession session, IWalkedFeatures features)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (Plan, _layout, _session, _features) = (plan, plan.Layout, session, features);
        _asks = [.. _layout.Boundaries.Select(b => plan.Skips.Any(s => s.From == b.Index))];
        _needsReference = [.. plan.Measurements.Select(plan.NeedsReference)];
        _reached = new bool[_layout.Boundaries.Length];
        _hasReference = new bool[plan.Measurements.Length];
        _distances = new float?[plan.Measurements.Length];
        _history = [.. plan.Kept.Select(k => new EvaluationInfo[k.Depth])];
        _counts = new int[plan.Kept.Length];
    }

    /// <summary>What the policy declared.</summary>
    public CachePlan Plan { get; }

    /// <summary>The walk of the sample's conditional lane, whose kept entries approximations may read; <see langword="null"/> where this is that lane.</summary>
    public PlanWalk? Conditional { get; set; }

    /// <summary>The evaluation that is walked.</summary>
    public EvaluationInfo Evaluation { get; private set; }

    /// <summary>The index of the boundary that was reached.</summary>
    public int At { get; private set; }

    /// <summary>The stages that ran in this evaluation.</summary>
    public StageSet Computed { get; private set; }

    /// <summary>Whether the output was reached.</summary>
    public bool HasEnded => At == _layout.Stages.Length;

    /// <summary>Whether the plan declares a skip from here, so that a decision is due.</summary>
    public bool IsAsked => _asks[At];

    /// <summary>Whether everything is computed in this evaluation without asking, because an input changed.</summary>
    public bool IsForced => _forgotten;

    /// <summary>The boundary that was reached, as the policy sees it.</summary>
    public BoundaryVisit Visit => new(Evaluation, _layout, _layout.Boundaries[At], Computed, this);

    /// <summary>The evaluations of a kept feature, the newest first.</summary>
    /// <param name="kept">The index among <see cref="CachePlan.Kept"/>.</param>
    public ReadOnlySpan<EvaluationInfo> History(int kept) => _history[kept].AsSpan(0, _counts[kept]);

    /// <summary>A skip's evaluation and what is kept for it.</summary>
    /// <param name="rule">A skip of the plan.</param>
    public SkipPoint PointOf(SkipRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var history = History(rule.Kept);
        return new(Evaluation, history[..Math.Min(history.Length, rule.Approximation.MaximumHistory)], _features.ProductsOf(rule.Kept), Plan.Kept[rule.Kept].Depth);
    }

    /// <summary>
    /// Starts an evaluation at the latent. Where evaluations were left out since the lane's last one, of each history the newest entry alone remains: the
    /// slope from before such a gap says nothing about what comes after it.
    /// </summary>
    public void Begin(in EvaluationInfo evaluation)
    {
        if (_last is { } last && evaluation.Index > last + 1)
        {
            Shorten(1);
        }

        _last = evaluation.Index;
        Evaluation = evaluation;
        Computed = default;
        Array.Clear(_distances);
        Array.Clear(_reached);
        Reach(0);
    }

    /// <summary>
    /// What the policy decides here; to compute where the plan declares no skip, and throughout the evaluation after <see cref="Forget"/>, without asking.
    /// </summary>
    public CacheDecision Ask() =>
        !IsAsked ? CacheDecision.Compute
        : _forgotten ? CacheDecision.ComputeBecause(InputChanged)
        : _session.Decide(Visit);

    /// <summary>
    /// The skip that a decision means, or <see langword="null"/> for computing: also where its approximation is not defined here, because numbers are not
    /// finite or the sample's other lane kept other evaluations.
    /// </summary>
    /// <exception cref="CacheDecisionException">The plan does not declare the skip, or not enough was computed for it.</exception>
    public SkipRule? Resolve(in CacheDecision decision)
    {
        if (!decision.IsSkip)
        {
            return null;
        }

        var rule = Find(decision.To, decision.Via) ?? throw Undeclared(decision);
        return !HasEnough(rule) ? throw TooEarly(rule) : IsDefined(rule) ? rule : null;
    }

    /// <summary>The next stage ran.</summary>
    public void Compute()
    {
        Computed = Computed.With(At);
        Reach(At + 1);
    }

    /// <summary>A skip was taken.</summary>
    public void Skip(SkipRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Reach(rule.To);
    }

    /// <summary>Stages were skipped up to a later boundary, whatever the plan declares: for replaying what somebody else decided.</summary>
    public void SkipTo(int boundary)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(boundary, At);
        Reach(boundary);
    }

    /// <summary>
    /// Ends the evaluation: tells the policy what happened, then moves the references whose value exists and keeps what was computed.
    /// </summary>
    public void Complete()
    {
        _session.Complete(new EvaluationOutcome(Evaluation, _layout, Computed, this));
        for (var i = 0; i < _hasReference.Length; i++)
        {
            if (_needsReference[i] && Moves(Plan.Measurements[i].Update, Plan.Measurements[i].Boundary) && Exists(Plan.Measurements[i]))
            {
                _features.MoveReference(i);
                _hasReference[i] = true;
            }
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            if (Computed.Contains(Plan.Kept[i].Stages) || (Plan.Kept[i].History == HistoryRule.Every && _counts[i] > 0 && _reached[Plan.Kept[i].To] && IsReached(Plan.Kept[i].Base)))
            {
                _features.Keep(i);
                Remember(i);
            }
        }

        _forgotten = false;
    }

    /// <summary>
    /// Forgets references and history, because they are of another input: the next evaluation computes every stage, whatever the policy.
    /// </summary>
    public void Forget()
    {
        for (var i = 0; i < _hasReference.Length; i++)
        {
            if (_hasReference[i])
            {
                _hasReference[i] = false;
                _features.DropReference(i);
            }
        }

        Shorten(0);
        _forgotten = true;
    }

    /// <inheritdoc/>
    public float Distance(MeasurementKey key)
    {
        var index = IndexOf(key);
        var distance = _distances[index] ??= CanMeasure(index) ? _features.Measure(index) : float.PositiveInfinity;
        _features.Asked(index, distance);
        return distance;
    }

    /// <summary>Whether a skip of the plan can be taken here, whoever decides on it.</summary>
    public bool CanTake(SkipRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return !_forgotten && rule.From == At && CanApply(rule);
    }

    /// <inheritdoc/>
    public bool CanSkip(BoundaryRef to) => Find(to, null) is { } rule && CanApply(rule);

    /// <summary>The declared skip from here to a boundary by an approximation, or by the first that the plan declares; <see langword="null"/> where there is none.</summary>
    public SkipRule? Find(BoundaryRef to, Approximation? via)
    {
        var target = _layout.IndexOf(to);
        foreach (var rule in Plan.Skips)
        {
            if (rule.From == At && rule.To == target && (via is null || ReferenceEquals(via, rule.Approximation) || via.Equals(rule.Approximation)))
            {
                return rule;
            }
        }

        return null;
    }

    private void Shorten(int entries)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > entries)
            {
                _counts[i] = entries;
                _features.DropHistory(i, entries);
            }
        }
    }

    private void Reach(int boundary)
    {
        At = boundary;
        _reached[boundary] = true;
    }

    private void Remember(int kept)
    {
        var history = _history[kept];
        history.AsSpan(0, history.Length - 1).CopyTo(history.AsSpan(1));
        history[0] = Evaluation;
        _counts[kept] = Math.Min(_counts[kept] + 1, history.Length);
    }

    private bool CanMeasure(int measurement) =>
        (_hasReference[measurement] || !_needsReference[measurement]) && Exists(Plan.Measurements[measurement]);

    private bool CanApply(SkipRule rule) => HasEnough(rule) && IsDefined(rule);

    private bool IsDefined(SkipRule rule) => rule.Approximation.IsDefined(PointOf(rule)) && (!rule.Approximation.ReadsConditional || IsInStep(rule));

    /// <summary>Whether the sample's conditional lane keeps the same evaluations, as far as a skip reads them.</summary>
    private bool IsInStep(SkipRule rule)
    {
        if (Conditional is not { } conditional)
        {
            return true;
        }

        var own = History(rule.Kept);
        var others = conditional.History(rule.Kept);
        var read = Math.Min(own.Length, rule.Approximation.MaximumHistory);
        for (var i = 0; i < read; i++)
        {
            if (i >= others.Length || others[i].Index != own[i].Index)
            {
                return false;
            }
        }

        return true;
    }

    private bool HasEnough(SkipRule rule)
    {
        var kept = Plan.Kept[rule.Kept];
        return _counts[rule.Kept] >= rule.Approximation.MinimumHistory && IsReached(kept.Base) && IsReached(kept.Probe);
    }

    private bool IsReached(int? boundary) => boundary is not { } index || _reached[index];

    /// <summary>State exists at every boundary that was reached; what a stage writes beyond it only where the stage ran.</summary>
    private bool Exists(Measurement measurement)
    {
        var boundary = _layout.Boundaries[measurement.Boundary];
        return _reached[boundary.Index] &&
            (boundary.Tensors[measurement.Tensor].Kind == TensorKind.State || (boundary.Index > 0 && Computed.Contains(boundary.Index - 1))) &&
            IsReached(measurement.ResidualBase);
    }

    private bool Moves(ReferenceUpdate update, int boundary) => update switch
    {
        ReferenceUpdate.EveryEvaluation => true,
        ReferenceUpdate.WhenStageComputed => Computed.Contains(boundary),
        ReferenceUpdate.WhenFullyComputed => Computed.Count == _layout.Stages.Length,
        _ => Computed.Bits != 0,
    };

    private int IndexOf(MeasurementKey key)
    {
        for (var i = 0; i < Plan.Measurements.Length; i++)
        {
            if (ReferenceEquals(Plan.Measurements[i].Key, key))
            {
                return i;
            }
        }

        throw new CachePlanException(
            $"The policy asked for the measurement '{key}', which its plan does not declare. Declared: {string.Join(", ", Plan.Measurements.Select(m => m.Key.Name))}.");
    }

    private CacheDecisionException Undeclared(CacheDecision decision) => new(
        $"The policy decided to skip from '{_layout.Boundaries[At]}' to '{decision.To}'{(decision.Via is { } via ? $" by {via.Name}" : "")}, which its plan does not declare. " +
        $"From there it declares: {string.Join(", ", Plan.Skips.Where(s => s.From == At).Select(s => $"{_layout.Boundaries[s.To]} by {s.Approximation.Name}"))}.");

    private CacheDecisionException TooEarly(SkipRule rule) => new(
        $"The policy decided at evaluation {Evaluation.Index} to skip from '{_layout.Boundaries[At]}' to '{_layout.Boundaries[rule.To]}', but not enough was computed in this generation: " +
        $"{rule.Approximation.Name} needs {rule.Approximation.MinimumHistory} computed evaluations and {_counts[rule.Kept]} are kept. Return Compute until visit.CanSkip says true.");
}
