namespace CachePolicies.Engine;

/// <summary>
/// One sample in one guidance branch of one generation: what its policy session remembers, what the cache holds for it, and the features of
/// the evaluation that is under way. Lanes share nothing.
/// </summary>
internal sealed class Lane : IMeasurementSource, IDisposable
{
    private readonly CompiledPlan _plan;
    private readonly StagedDenoiser _denoiser;
    private readonly FeatureTensor?[][] _features;
    private readonly FeatureTensor?[] _references;
    private readonly FeatureTensor?[] _residuals;
    private readonly float[] _distances;
    private readonly bool[] _measured;
    private readonly KeptHistory[] _kept;
    private readonly FeatureTensor[] _operands;
    private readonly float[] _scalars;
    private readonly LaneRecorder? _recorder;
    private EvaluationInfo _evaluation;

    public Lane(CachedDenoiser cached, in LaneInfo info, LaneRecorder? recorder)
    {
        _plan = cached.Compiled;
        _denoiser = cached.Denoiser;
        _recorder = recorder;
        Info = info;
        Session = cached.Policy.CreateSession(info);
        Inputs = new FeatureTensor?[_plan.Layout.Inputs.Length];
        Prepared = new FeatureTensor?[_plan.Layout.Prelude?.Tensors.Length ?? 0];
        _features = [.. _plan.Layout.Boundaries.Select(b => new FeatureTensor?[b.Tensors.Length])];
        _references = new FeatureTensor?[_plan.Measurements.Length];
        _residuals = new FeatureTensor?[_plan.Measurements.Length];
        _distances = new float[_plan.Measurements.Length];
        _measured = new bool[_plan.Measurements.Length];
        _kept = [.. _plan.Kept.Select(k => new KeptHistory(k))];
        _operands = new FeatureTensor[_plan.OperandCount];
        _scalars = new float[_plan.ScalarCount];
    }

    public LaneInfo Info { get; }

    public ICachePolicySession Session { get; }

    /// <summary>The boundary that the lane has reached in this evaluation.</summary>
    public int At { get; private set; }

    /// <summary>The smallest index that the lane's next evaluation may have.</summary>
    public int Next { get; private set; }

    /// <summary>The stages that ran in this evaluation.</summary>
    public StageSet Computed { get; private set; }

    /// <summary>What the denoiser is given besides the latent; the lane owns a lease on each.</summary>
    public FeatureTensor?[] Inputs { get; }

    /// <summary>What the prelude made of the inputs; the lane owns a lease on each. Empty slots after an input that it reads was set anew.</summary>
    public FeatureTensor?[] Prepared { get; }

    /// <summary>Whether the prelude must run before the next stage.</summary>
    public bool NeedsPrelude => Prepared.Length > 0 && Prepared[0] is null;

    public long HeldCacheBytes
    {
        get
        {
            long bytes = 0;
            foreach (var reference in _references)
            {
                bytes += reference?.ByteLength ?? 0;
            }

            foreach (var kept in _kept)
            {
                bytes += kept.HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>The tensors at a boundary, as far as they exist in this evaluation.</summary>
    public FeatureTensor?[] FeaturesAt(int boundary) => _features[boundary];

    /// <summary>Sets an input, whose lease the lane takes over; what the prelude made of the one before it is let go.</summary>
    public void SetInput(int index, FeatureTensor leased)
    {
        Inputs[index]?.Release();
        Inputs[index] = leased;
        if (_plan.Layout.PreludeReads.Contains(index))
        {
            Leases.ReleaseAll(Prepared);
        }
    }

    /// <summary>Starts an evaluation at the latent, on which the lane takes a lease.</summary>
    public void Begin(in EvaluationInfo evaluation, FeatureTensor latent)
    {
        _evaluation = evaluation;
        At = 0;
        Computed = default;
        Array.Clear(_measured);
        _features[0][_plan.Layout.Latent.PrimaryIndex] = latent.AddLease();
        _recorder?.Begin();
    }

    /// <summary>Asks the policy at the boundary that the lane has reached; checks the answer against plan and history.</summary>
    public CompiledSkip? Decide()
    {
        if (_plan.SkipsFrom[At].IsEmpty)
        {
            return null;
        }

        var boundary = _plan.Layout.Boundaries[At];
        var decision = Session.Decide(new BoundaryVisit(_evaluation, _plan.Layout, boundary, Computed, this));
        if (!decision.IsSkip)
        {
            _recorder?.Decided(boundary, decision, null);
            return null;
        }

        var skip = _plan.Find(At, decision.To, decision.Via)
            ?? throw new CacheDecisionException(
                $"The policy decided to skip from '{boundary.Name}' to '{decision.To}'{(decision.Via is { } via ? $" by {via.GetType().Name}" : "")}, which its plan does not declare. " +
                $"From there it declares: {string.Join(", ", _plan.SkipsFrom[At].Select(s => $"{s.Target.Name} by {s.Name}"))}.");
        if (!CanApply(skip))
        {
            throw new CacheDecisionException(
                $"The policy decided at evaluation {_evaluation.Index} to skip from '{boundary.Name}' to '{skip.Target.Name}', but not enough was computed in this generation: " +
                $"{skip.Name} needs {skip.Rule.Approximation.MinimumHistory} computed evaluations and {_kept[skip.Rule.Kept].Count} are kept. Return Compute until visit.CanSkip says true.");
        }

        _recorder?.Decided(boundary, decision, skip);
        return skip;
    }

    /// <summary>Takes a skip that <see cref="Decide"/> returned: makes the target's state and goes there.</summary>
    public void Skip(CompiledSkip skip)
    {
        var kept = _kept[skip.Rule.Kept];
        var history = Math.Min(kept.Count, skip.Rule.Approximation.MaximumHistory);
        var scalars = _scalars.AsSpan(0, skip.Rule.Approximation.ScalarCount(history));
        skip.Rule.Approximation.FillScalars(_evaluation, kept.Evaluations[..history], scalars);
        var target = _features[skip.Rule.To];
        var states = skip.Kept.States;
        for (var i = 0; i < states.Length; i++)
        {
            if (skip.KernelFor(i, history) is not { } kernel)
            {
                target[states[i]] = kept.State(0, i).AddLease();
                continue;
            }

            var operands = FillOperands(skip, kept, i, history);
            var made = Rent(skip.Kept.Descriptors[i]);
            target[states[i]] = made;
            kernel.Run(operands, scalars, new ReadOnlySpan<FeatureTensor>(in made));
        }

        _recorder?.Taken(skip.DiagnosticFor(history)?.Measure(FillOperands(skip, kept, 0, history), scalars));

        At = skip.Rule.To;
    }

    /// <summary>Goes on to the next boundary, whose tensors the stage at <see cref="At"/> has just written.</summary>
    public void Advance()
    {
        Computed = Computed.With(At);
        if (!_plan.NeededAfterNextStage[At])
        {
            var tensors = _features[At];
            for (var i = 0; i < tensors.Length; i++)
            {
                if (_plan.LastReader[At][i] <= At)
                {
                    Leases.Release(ref tensors[i]);
                }
            }
        }

        At++;
    }

    /// <summary>
    /// Ends an evaluation: tells the policy what happened, then moves references and keeps what was computed, then lets the rest go. The
    /// caller gets the lease on the output.
    /// </summary>
    public FeatureTensor Complete()
    {
        Session.Complete(new EvaluationOutcome(_evaluation, _plan.Layout, Computed, this));
        for (var i = 0; i < _references.Length; i++)
        {
            MoveReference(i);
        }

        foreach (var kept in _kept)
        {
            if (Computed.Contains(kept.Compiled.Computed))
            {
                Keep(kept);
            }
        }

        _recorder?.Complete(_evaluation, Computed);
        var output = _features[^1][_plan.Layout.Output.PrimaryIndex]!.AddLease();
        Next = _evaluation.Index + 1;
        ReleaseEvaluation();
        return output;
    }

    /// <inheritdoc/>
    public float Distance(MeasurementKey key)
    {
        var index = _plan.IndexOf(key);
        if (!_measured[index])
        {
            _distances[index] = Measure(index);
            _measured[index] = true;
            _recorder?.Measured(_plan.Measurements[index].Measurement, _distances[index]);
        }

        return _distances[index];
    }

    /// <inheritdoc/>
    public bool CanSkip(BoundaryRef to) => _plan.Find(At, to, null) is { } skip && CanApply(skip);

    /// <summary>Gives every lease back: the lane is finished.</summary>
    public void Dispose()
    {
        ReleaseEvaluation();
        Leases.ReleaseAll(Inputs);
        Leases.ReleaseAll(Prepared);
        Leases.ReleaseAll(_references);
        foreach (var kept in _kept)
        {
            kept.Dispose();
        }
    }

    private float Measure(int index)
    {
        var compiled = _plan.Measurements[index];
        if ((compiled.NeedsReference && _references[index] is null) || ValueOf(index) is not { } value)
        {
            return float.PositiveInfinity;
        }

        _operands[0] = value;
        if (!compiled.NeedsReference)
        {
            return compiled.Kernel.Measure(_operands.AsSpan(0, 1), default);
        }

        _operands[1] = _references[index]!;
        return compiled.Kernel.Measure(_operands.AsSpan(0, 2), default);
    }

    /// <summary>What a measurement reads in this evaluation, or <see langword="null"/> where it does not exist. A residual is made once.</summary>
    private FeatureTensor? ValueOf(int index)
    {
        var compiled = _plan.Measurements[index];
        var value = _features[compiled.Measurement.Boundary][compiled.Measurement.Tensor];
        if (compiled.Residual is not { } subtract || value is null)
        {
            return value;
        }

        if (_residuals[index] is null)
        {
            var baseBoundary = compiled.Measurement.ResidualBase;
            if (_features[baseBoundary][_plan.Layout.Boundaries[baseBoundary].PrimaryIndex] is not { } origin)
            {
                return null;
            }

            _residuals[index] = Difference(subtract, value, origin, compiled.Descriptor);
        }

        return _residuals[index];
    }

    private void MoveReference(int index)
    {
        var compiled = _plan.Measurements[index];
        var moves = compiled.NeedsReference && compiled.Measurement.Update switch
        {
            ReferenceUpdate.EveryEvaluation => true,
            ReferenceUpdate.WhenStageComputed => Computed.Contains(compiled.Measurement.Boundary),
            ReferenceUpdate.WhenFullyComputed => Computed.Count == _plan.Layout.Stages.Length,
            _ => Computed.Bits != 0,
        };
        if (moves && ValueOf(index) is { } value)
        {
            value.AddLease();
            Leases.Release(ref _references[index]);
            _references[index] = value;
        }
    }

    private void Keep(KeptHistory kept)
    {
        var compiled = kept.Compiled;
        var target = _features[compiled.Kept.To];
        var entry = kept.Push(_evaluation);
        for (var i = 0; i < entry.Length; i++)
        {
            var state = target[compiled.States[i]]!;
            entry[i] = compiled.Kept.Base < 0
                ? state.AddLease()
                : Difference(compiled.Residuals[i], state, _features[compiled.Kept.Base][compiled.BaseStates[i]]!, compiled.Descriptors[i]);
        }

        if (compiled.ProbeResidual is { } subtract)
        {
            kept.SetProbe(Difference(
                subtract,
                _features[compiled.Kept.Probe][compiled.ProbePrimary]!,
                _features[compiled.Kept.Base][compiled.BasePrimary]!,
                compiled.ProbeDescriptor!));
        }
    }

    private bool CanApply(CompiledSkip skip) =>
        _kept[skip.Rule.Kept].Count >= skip.Rule.Approximation.MinimumHistory &&
        (!skip.HasBase || _features[skip.Kept.Kept.Base][skip.Kept.BaseStates[0]] is not null) &&
        (!skip.HasProbe || _features[skip.Kept.Kept.Probe][skip.Kept.ProbePrimary] is not null);

    private ReadOnlySpan<FeatureTensor> FillOperands(CompiledSkip skip, KeptHistory kept, int state, int history)
    {
        var count = 0;
        if (skip.HasBase)
        {
            _operands[count++] = _features[skip.Kept.Kept.Base][skip.Kept.BaseStates[state]]!;
        }

        for (var i = 0; i < history; i++)
        {
            _operands[count++] = kept.State(i, state);
        }

        if (skip.HasProbe)
        {
            _operands[count++] = _features[skip.Kept.Kept.Probe][skip.Kept.ProbePrimary]!;
            _operands[count++] = _features[skip.Kept.Kept.Base][skip.Kept.BasePrimary]!;
            for (var i = 0; i < history; i++)
            {
                _operands[count++] = kept.Probe(i);
            }
        }

        return _operands.AsSpan(0, count);
    }

    private FeatureTensor Difference(IExpressionKernel subtract, FeatureTensor value, FeatureTensor origin, TensorDescriptor descriptor)
    {
        var difference = Rent(descriptor);
        try
        {
            _operands[0] = value;
            _operands[1] = origin;
            subtract.Run(_operands.AsSpan(0, 2), default, new ReadOnlySpan<FeatureTensor>(in difference));
            return difference;
        }
        catch
        {
            difference.Release();
            throw;
        }
    }

    private FeatureTensor Rent(TensorDescriptor descriptor) => _denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape);

    private void ReleaseEvaluation()
    {
        foreach (var tensors in _features)
        {
            Leases.ReleaseAll(tensors);
        }

        Leases.ReleaseAll(_residuals);
    }
}
