namespace CachePolicies.Testing;

/// <summary>A stage in plain code: from the tensors that it reads, in order, to those at the boundary that it produces.</summary>
/// <param name="stage">The stage's index in the layout, or <see langword="null"/> for the prelude.</param>
/// <param name="inputs">As <see cref="DenoiserLayout.ReadsOf"/> or <see cref="DenoiserLayout.PreludeReads"/> says; one lane's values.</param>
public delegate float[][] ReferenceStage(int? stage, float[][] inputs);

/// <summary>What the reference engine found out in an evaluation.</summary>
/// <param name="Output">The denoiser's output.</param>
/// <param name="Computed">The stages that ran.</param>
public sealed record ReferenceResult(float[] Output, StageSet Computed);

/// <summary>
/// What the engine does, in plain, slow, obvious code over arrays: the readable definition, and the oracle of the real one. One lane.
/// </summary>
public sealed class ReferenceEngine : IMeasurementSource
{
    private readonly DenoiserLayout _layout;
    private readonly ReferenceStage _run;
    private readonly CachePlan _plan;
    private readonly ICachePolicySession _session;

    /// <summary>The tensors at each boundary, as far as they exist in this evaluation.</summary>
    private readonly Dictionary<TensorSource, float[]> _features = [];

    private readonly Dictionary<MeasurementKey, float> _measured = [];
    private readonly Dictionary<MeasurementKey, (float[] Value, EvaluationInfo Evaluation)> _references = [];

    /// <summary>For each kept feature the computed evaluations, the newest first.</summary>
    private readonly List<KeptEntry>[] _kept;

    private float[][]? _inputs;
    private EvaluationInfo? _last;
    private StageSet _computed;
    private int _at;

    /// <summary>Starts a generation of one lane.</summary>
    public ReferenceEngine(DenoiserLayout layout, ReferenceStage run, ICachePolicy policy, in LaneInfo lane)
    {
        ArgumentNullException.ThrowIfNull(policy);
        (_layout, _run, _plan, _session) = (layout, run, policy.Plan(layout), policy.CreateSession(lane));
        _kept = [.. _plan.Kept.Select(_ => new List<KeptEntry>())];
    }

    /// <summary>The bytes of elements that the cache holds: references and kept features.</summary>
    public long HeldBytes => sizeof(float) * (_references.Values.Sum(r => (long)r.Value.Length) + _kept.Sum(k => k.Sum(e => e.States.Sum(s => s.Sum(f => (long)f.Length)) + (e.Probe?.Length ?? 0))));

    /// <summary>Evaluates the denoiser once.</summary>
    /// <param name="evaluation">Which evaluation.</param>
    /// <param name="latent">The denoiser's input.</param>
    /// <param name="inputs">The other inputs, in the layout's order. Where one that lives a generation differs from the last evaluation's, everything that was
    /// kept is forgotten and every stage computed.</param>
    public ReferenceResult Evaluate(in EvaluationInfo evaluation, float[] latent, params float[][] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _features.Clear();
        _measured.Clear();
        _computed = default;
        var changed = Changed(inputs);
        if (changed)
        {
            _references.Clear();
        }

        foreach (var kept in _kept)
        {
            // After a gap the newest entry alone remains.
            var remaining = changed ? 0 : evaluation.Index > _last?.Index + 1 ? 1 : kept.Count;
            kept.RemoveRange(Math.Min(remaining, kept.Count), Math.Max(0, kept.Count - remaining));
        }

        (_inputs, _last) = (inputs, evaluation);
        _features[TensorSource.AtBoundary(0, _layout.Latent.PrimaryIndex)] = latent;
        for (var i = 0; i < inputs.Length; i++)
        {
            _features[TensorSource.OfInput(i)] = inputs[i];
        }

        if (_layout.Prelude is not null)
        {
            // Made each time here: what the engine makes once must be the same.
            var prepared = _run(null, [.. _layout.PreludeReads.Select(i => inputs[i])]);
            for (var i = 0; i < prepared.Length; i++)
            {
                _features[TensorSource.OfPrelude(i)] = prepared[i];
            }
        }

        // Walk: at each boundary from which the plan declares a skip, ask; then skip or compute.
        _at = 0;
        while (_at < _layout.Stages.Length)
        {
            var boundary = _layout.Boundaries[_at];
            var decision = !changed && _plan.Skips.Any(s => s.From == _at)
                ? _session.Decide(new BoundaryVisit(evaluation, _layout, boundary, _computed, this))
                : CacheDecision.Compute;
            var skip = decision.IsSkip
                ? _plan.Skips.First(s => s.From == _at && s.To == _layout.IndexOf(decision.To) && (decision.Via is null || decision.Via.Equals(s.Approximation)))
                : null;
            if (skip is not null && IsDefined(skip))
            {
                Skip(skip);
            }
            else
            {
                Compute();
            }
        }

        // Tell the policy, then move references and keep what was computed.
        _session.Complete(new EvaluationOutcome(evaluation, _layout, _computed, this));
        foreach (var measurement in _plan.Measurements)
        {
            if (_plan.NeedsReference(measurement) && Moves(measurement) && ValueOf(measurement) is { } value)
            {
                _references[measurement.Key] = (value, evaluation);
            }
        }

        for (var i = 0; i < _kept.Length; i++)
        {
            Keep(_plan.Kept[i], _kept[i], evaluation);
        }

        return new ReferenceResult(_features[TensorSource.AtBoundary(_layout.Output.Index, _layout.Output.PrimaryIndex)], _computed);
    }

    /// <inheritdoc/>
    public float Distance(MeasurementKey key)
    {
        if (!_measured.TryGetValue(key, out var distance))
        {
            distance = Measure(_plan.Measurements.Single(m => ReferenceEquals(m.Key, key)));
            _measured[key] = distance;
        }

        return distance;
    }

    /// <inheritdoc/>
    public bool CanSkip(BoundaryRef to) =>
        _plan.Skips.FirstOrDefault(s => s.From == _at && s.To == _layout.IndexOf(to)) is { } skip &&
        _kept[skip.Kept].Count >= skip.Approximation.MinimumHistory &&
        (_plan.Kept[skip.Kept].Base is not { } origin || PrimaryAt(origin) is not null) &&
        (_plan.Kept[skip.Kept].Probe is not { } probe || PrimaryAt(probe) is not null) &&
        IsDefined(skip);

    /// <summary>Whether the approximation has numbers here; it is asked with the products that it wants.</summary>
    private bool IsDefined(SkipRule rule)
    {
        var (evaluations, products) = PointOf(rule);
        return rule.Approximation.IsDefined(new SkipPoint(_last!.Value, evaluations, products, evaluations.Length));
    }

    private (EvaluationInfo[] Evaluations, double[] Products) PointOf(SkipRule rule)
    {
        var entries = _kept[rule.Kept].Take(rule.Approximation.MaximumHistory).ToArray();
        double Product(int i, int j) => i != j && _plan.Kept[rule.Kept].Products != KeptProducts.All
            ? double.NaN
            : entries[i].States.Zip(entries[j].States, (a, b) => a[0].Zip(b[0], (x, y) => (double)x * y).Sum()).Sum();
        return (
            [.. entries.Select(e => e.Evaluation)],
            _plan.Kept[rule.Kept].Products == KeptProducts.None ? [] : [.. from i in Enumerable.Range(0, entries.Length) from j in Enumerable.Range(0, entries.Length) select Product(i, j)]);
    }

    private bool Changed(float[][] inputs)
    {
        for (var i = 0; _inputs is not null && i < inputs.Length; i++)
        {
            if (_layout.Inputs[i].Lifetime == ConditioningLifetime.Generation && !inputs[i].AsSpan().SequenceEqual(_inputs[i]))
            {
                return true;
            }
        }

        return false;
    }

    private void Compute()
    {
        var outputs = _run(_at, [.. _layout.ReadsOf(_at).Select(r => _features[r])]);
        for (var i = 0; i < outputs.Length; i++)
        {
            _features[TensorSource.AtBoundary(_at + 1, i)] = outputs[i];
        }

        _computed = _computed.With(_at);
        _at++;
    }

    private void Skip(SkipRule rule)
    {
        var kept = _kept[rule.Kept];
        var history = Math.Min(kept.Count, rule.Approximation.MaximumHistory);
        var feature = _plan.Kept[rule.Kept];
        var scalars = new float[rule.Approximation.ScalarCount(history)];
        var (evaluations, products) = PointOf(rule);
        rule.Approximation.FillScalars(new SkipPoint(_last!.Value, evaluations, products, history), scalars);
        var reads = ApproximationOperands.Of(rule.Approximation, history);
        var expression = rule.Approximation.Build(reads);
        foreach (var state in StatesAt(rule.To))
        {
            var shape = _layout.Boundaries[rule.To].Tensors[state].Shape;
            var position = Array.IndexOf(StatesAt(rule.To), state);
            (float[], TensorShape) Operand(ApproximationOperand operand) => operand.Kind switch
            {
                ApproximationOperandKind.Base => (StateAt(feature.Base!.Value, rule.To, state), shape),
                ApproximationOperandKind.Kept or ApproximationOperandKind.Conditional => (kept[operand.Entry].States[position][operand.Form], shape),
                ApproximationOperandKind.Probe => Primary(feature.Probe!.Value),
                ApproximationOperandKind.ProbeBase => Primary(feature.Base!.Value),
                _ => (kept[operand.Entry].Probe!, Primary(feature.Probe!.Value).Shape),
            };
            var operands = Enumerable.Range(0, reads.Count).Select(i => Operand(reads[i])).ToArray();
            _features[TensorSource.AtBoundary(rule.To, state)] = ReferenceArithmetic.Evaluate(expression, operands, scalars);
        }

        _at = rule.To;
    }

    private void Keep(KeptFeature feature, List<KeptEntry> kept, in EvaluationInfo evaluation)
    {
        var forecast = feature.History == HistoryRule.Every && kept.Count > 0 && PrimaryAt(feature.To) is not null && (feature.Base is not { } from || PrimaryAt(from) is not null);
        if (!forecast && !_computed.Contains(StageSet.Between(feature.RangeStart, feature.To)))
        {
            return;
        }

        var forms = !feature.Forms.IsEmpty ? feature.Forms : [feature.Base is null ? KeptForm.State : KeptForm.Residual];
        var info = evaluation;
        float[][][] states = [.. StatesAt(feature.To).Select(t => forms.Select(f => Formed(f, feature, t, info)).ToArray())];
        var probe = feature.Probe is { } place ? Subtract(PrimaryAt(place)!, PrimaryAt(feature.Base!.Value)!) : null;
        kept.Insert(0, new KeptEntry(evaluation, states, probe));
        if (kept.Count > feature.Depth)
        {
            kept.RemoveAt(feature.Depth);
        }
    }

    private float[] Formed(KeptForm form, KeptFeature feature, int tensor, in EvaluationInfo evaluation)
    {
        var shape = _layout.Boundaries[feature.To].Tensors[tensor].Shape;
        var target = _features[TensorSource.AtBoundary(feature.To, tensor)];
        var scalars = new float[form.ScalarCount];
        form.FillScalars(evaluation, scalars);
        return ReferenceArithmetic.Evaluate(
            form.Build(TensorExpression.Input(0), TensorExpression.Input(1)),
            [(target, shape), (feature.Base is { } origin ? StateAt(origin, feature.To, tensor) : target, shape)],
            scalars);
    }

    private float Measure(Measurement measurement)
    {
        var value = ValueOf(measurement);
        var (reference, at) = _references.GetValueOrDefault(measurement.Key);
        if (value is null || (reference is null && _plan.NeedsReference(measurement)))
        {
            return float.PositiveInfinity;
        }

        var shape = _layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Shape;
        var expression = measurement.Estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
        var scalars = new float[measurement.Estimator.ScalarCount];
        measurement.Estimator.FillScalars(_last!.Value, reference is null ? _last.Value : at, scalars);
        return ReferenceArithmetic.Evaluate(expression, reference is null ? [(value, shape)] : [(value, shape), (reference, shape)], scalars)[0];
    }

    /// <summary>What a measurement reads, or <see langword="null"/> where it does not exist in this evaluation.</summary>
    private float[]? ValueOf(Measurement measurement)
    {
        var value = _features.GetValueOrDefault(TensorSource.AtBoundary(measurement.Boundary, measurement.Tensor));
        if (measurement.ResidualBase is not { } from || value is null)
        {
            return value;
        }

        return PrimaryAt(from) is { } origin ? Subtract(value, origin) : null;
    }

    private bool Moves(Measurement measurement) => measurement.Update switch
    {
        ReferenceUpdate.EveryEvaluation => true,
        ReferenceUpdate.WhenStageComputed => _computed.Contains(measurement.Boundary),
        ReferenceUpdate.WhenFullyComputed => _computed.Count == _layout.Stages.Length,
        _ => _computed.Count > 0,
    };

    private int[] StatesAt(int boundary) =>
        [.. Enumerable.Range(0, _layout.Boundaries[boundary].Tensors.Length).Where(t => _layout.Boundaries[boundary].Tensors[t].Kind == TensorKind.State)];

    /// <summary>The tensor at a boundary that has the name of another boundary's.</summary>
    private float[] StateAt(int boundary, int like, int tensor) =>
        _features[TensorSource.AtBoundary(boundary, _layout.Boundaries[boundary].IndexOf(_layout.Boundaries[like].Tensors[tensor].Name))];

    private (float[] Values, TensorShape Shape) Primary(int boundary) => (PrimaryAt(boundary)!, _layout.Boundaries[boundary].Primary.Shape);

    private float[]? PrimaryAt(int boundary) => _features.GetValueOrDefault(TensorSource.AtBoundary(boundary, _layout.Boundaries[boundary].PrimaryIndex));

    private static float[] Subtract(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x - y)];

    /// <summary>What is kept of an evaluation: by state tensor of the target and form, and the probe's residual.</summary>
    private sealed record KeptEntry(EvaluationInfo Evaluation, float[][][] States, float[]? Probe);
}
