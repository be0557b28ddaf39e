namespace CachePolicies.Engine;

/// <summary>
/// One sample in one guidance branch of one generation: the walk over its plan, and the tensors that the walk speaks of. Lanes share nothing.
/// </summary>
internal sealed class Lane : IWalkedFeatures, IDisposable
{
    private readonly CompiledPlan _plan;
    private readonly PlanWalk _walk;
    private readonly LaneFeatures _features;
    private readonly LaneMeasurements _measurements;
    private readonly KeptHistory[] _kept;
    private readonly FeatureArithmetic _arithmetic;
    private readonly LaneRecorder? _recorder;

    public Lane(CompiledPlan plan, IDenoiserBackend backend, ICachePolicySession session, in LaneInfo info, LaneRecorder? recorder)
    {
        _plan = plan;
        _recorder = recorder;
        _arithmetic = new FeatureArithmetic(backend, _plan);
        _features = new LaneFeatures(_plan);
        _measurements = new LaneMeasurements(_plan, _features, _arithmetic);
        _kept = [.. _plan.Kept.Select(k => new KeptHistory(k))];
        _walk = new PlanWalk(_plan.Plan, session, this);
        Inputs = new LaneInputs(_plan.Layout);
        Info = info;
    }

    public LaneInfo Info { get; }

    /// <summary>The sample's conditional lane, or <see langword="null"/> where this is it.</summary>
    public Lane? Conditional
    {
        get;
        set
        {
            field = value;
            _walk.Conditional = value?._walk;
        }
    }

    /// <summary>The boundary that the lane has reached in this evaluation.</summary>
    public int At => _walk.At;

    /// <summary>The smallest index that the lane's next evaluation may have.</summary>
    public int Next { get; private set; }

    /// <summary>What the denoiser is given in addition to the latent.</summary>
    public LaneInputs Inputs { get; }

    /// <summary>The bytes of elements that the lane's cache holds.</summary>
    public long HeldCacheBytes
    {
        get
        {
            var bytes = _measurements.HeldBytes;
            foreach (var kept in _kept)
            {
                bytes += kept.HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>The tensors at a boundary, as far as they exist in this evaluation.</summary>
    public FeatureTensor?[] FeaturesAt(int boundary) => _features.At(boundary);

    /// <summary>
    /// Sets an input, whose lease the lane takes over. Where evaluations have run under another one, what the cache holds of them is forgotten.
    /// </summary>
    public void SetInput(int index, FeatureTensor leased)
    {
        if (Inputs.Change(index, leased, Next))
        {
            _walk.Forget();
        }
    }

    /// <summary>Starts an evaluation at the latent, on which the lane takes a lease.</summary>
    public void Begin(in EvaluationInfo evaluation, FeatureTensor latent)
    {
        _walk.Begin(evaluation);
        _features[Slot.PrimaryOf(_plan.Layout.Latent)] = latent.AddLease();
        _recorder?.Begin();
    }

    /// <summary>Asks the policy at the boundary that the lane has reached; <see langword="null"/> computes.</summary>
    public CompiledSkip? Decide()
    {
        if (!_walk.IsAsked)
        {
            return null;
        }

        var decision = _walk.Ask();
        var skip = _walk.Resolve(decision) is { } rule ? _plan.Of(rule) : null;
        _recorder?.Decided(_plan.Layout.Boundaries[At], decision, skip);
        return skip;
    }

    /// <summary>Whether a skip can be taken here, whoever decided on it.</summary>
    public bool CanTake(CompiledSkip skip) => _walk.CanTake(skip.Rule);

    /// <summary>Takes a skip that <see cref="Decide"/> returned: makes the target's state and goes there.</summary>
    public void Skip(CompiledSkip skip)
    {
        var kept = _kept[skip.Rule.Kept];
        var conditional = (Conditional ?? this)._kept[skip.Rule.Kept];
        var point = _walk.PointOf(skip.Rule);
        for (var i = 0; i < skip.Kept.States.Length; i++)
        {
            _features[skip.Kept.States[i].Target] = _arithmetic.Approximate(skip, i, point, kept, conditional, _features);
        }

        _recorder?.Taken(skip, point, _arithmetic.Diagnose(skip, point, kept, conditional, _features));
        _walk.Skip(skip.Rule);
    }

    /// <summary>Goes on to the next boundary, whose tensors the stage at <see cref="At"/> has just written.</summary>
    public void Advance()
    {
        _features.ReleaseAfterNextStage(At);
        _walk.Compute();
    }

    /// <summary>
    /// Ends an evaluation: tells the policy what happened, remembers what the plan keeps, and lets the rest go. The caller gets the lease on the output.
    /// </summary>
    public FeatureTensor Complete()
    {
        _walk.Complete();
        _recorder?.Complete(_walk.Evaluation, _walk.Computed);
        var output = _features[Slot.PrimaryOf(_plan.Layout.Output)].AddLease();
        Next = _walk.Evaluation.Index + 1;
        ReleaseEvaluation();
        return output;
    }

    /// <summary>Gives every lease back: the lane is finished.</summary>
    public void Dispose()
    {
        ReleaseEvaluation();
        Inputs.Dispose();
        _measurements.Dispose();
        foreach (var kept in _kept)
        {
            kept.Dispose();
        }
    }

    float IWalkedFeatures.Measure(int measurement) => _measurements.Measure(measurement, _walk.Evaluation);

    void IWalkedFeatures.Asked(int measurement, float distance) => _recorder?.Measured(_plan.Measurements[measurement].Measurement, distance);

    void IWalkedFeatures.MoveReference(int measurement) => _measurements.MoveReference(measurement, _walk.Evaluation);

    void IWalkedFeatures.Keep(int kept) => _kept[kept].Keep(_walk.Evaluation, _features, _arithmetic);

    ReadOnlySpan<double> IWalkedFeatures.ProductsOf(int kept) => _kept[kept].Products;

    void IWalkedFeatures.DropReference(int measurement) => _measurements.DropReference(measurement);

    void IWalkedFeatures.DropHistory(int kept, int entries) => _kept[kept].Shorten(entries);

    private void ReleaseEvaluation()
    {
        _features.ReleaseAll();
        _measurements.EndEvaluation();
    }
}
