namespace CachePolicies.Engine;

/// <summary>
/// One generation of a cached denoiser: the caches of its lanes. Used by one thread at a time. A failed or cancelled evaluation ends the session
/// and gives all its leases back, so that nothing stale can be reused; the denoiser itself goes on serving others.
/// </summary>
public sealed class DenoiserSession : IDisposable
{
    private readonly DenoiserLayout _layout;
    private readonly DecisionScope _scope;
    private readonly Lane[] _lanes;
    private readonly Lane[] _arrived;
    private readonly Lane[] _preparing;
    private readonly CompiledSkip?[] _decisions;
    private readonly SampleDecisions? _samples;
    private readonly EvaluationNumbers _numbers;
    private readonly StagePorts _ports;
    private readonly IEvaluationObserver? _observer;
    private readonly int _count;
    private readonly bool[] _takesPart;
    private EvaluationInfo _evaluation;
    private int _boundary;
    private int _computing;
    private bool _preparingFirst;
    private bool _ended;

    internal DenoiserSession(CachedDenoiser cached, ReadOnlySpan<LaneInfo> lanes, IEvaluationObserver? observer)
    {
        _layout = cached.Denoiser.Layout;
        _scope = cached.Options.DecisionScope > cached.Plan.Scope ? cached.Options.DecisionScope : cached.Plan.Scope;
        _observer = observer;
        _count = lanes[0].EvaluationCount;
        _lanes = new Lane[lanes.Length];
        _arrived = new Lane[lanes.Length];
        _preparing = new Lane[lanes.Length];
        _decisions = new CompiledSkip?[lanes.Length];
        for (var i = 0; i < lanes.Length; i++)
        {
            _lanes[i] = new Lane(cached.Compiled, cached.Denoiser.Backend, cached.Policy.CreateSession(lanes[i]), lanes[i], observer is null ? null : new LaneRecorder(observer, lanes[i], _layout));
        }

        foreach (var lane in _lanes)
        {
            lane.Conditional = Array.Find(_lanes, l => l.Info.Sample == lane.Info.Sample && l.Info.Branch == GuidanceBranch.Conditional && l != lane);
        }

        _samples = _scope == DecisionScope.PerSample ? new SampleDecisions(_lanes, _layout.Stages.Length) : null;
        _takesPart = new bool[lanes.Length];
        _ports = cached.Ports;
        Runner = new StageRunner(cached, observer);
        _numbers = new EvaluationNumbers(cached.Denoiser);
    }

    /// <summary>How many lanes there are.</summary>
    public int LaneCount => _lanes.Length;

    /// <summary>The bytes of elements that the caches of all lanes hold at this moment; once full, what <see cref="CachedDenoiser.EstimateCacheBytes"/> says.</summary>
    public long HeldCacheBytes
    {
        get
        {
            long bytes = 0;
            foreach (var lane in _lanes)
            {
                bytes += lane.HeldCacheBytes;
            }

            return bytes;
        }
    }

    /// <summary>
    /// Gives a lane an input of the denoiser, such as its text; it stays until it is set again. The session takes a lease of its own. Setting an input that
    /// lives a generation in mid-run (another prompt, another control picture) makes the lane's next evaluation compute, whatever the policy, and
    /// forget what it held: set it when it changes, not before each evaluation.
    /// </summary>
    /// <param name="lane">The lane's position.</param>
    /// <param name="name">The input's name. The engine itself fills <c>timestep</c> and <c>sigma</c>.</param>
    /// <param name="value">One row of the described type and shape.</param>
    /// <exception cref="ArgumentException">There is no such input, or the tensor is not of its type or shape.</exception>
    public void SetInput(int lane, string name, FeatureTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ThrowIfEnded();
        var index = SessionRules.RequireInput(_layout, name);
        SessionRules.RequireMatch(value, _layout.Inputs[index], $"The input '{name}'");
        _lanes[lane].SetInput(index, value.AddLease());
    }

    /// <summary>Evaluates the denoiser once for every lane, computing what the policy does not skip.</summary>
    /// <param name="evaluation">
    /// Which evaluation this is: the indices that a lane sees rise, the count stays as the lanes were told. Lanes may come in one call or in several of
    /// the same index: guidance branches run as one batch or one after the other.
    /// </param>
    /// <param name="latents">
    /// One a lane: one row of the latent boundary's type and shape; <see langword="null"/> leaves the lane out of this evaluation (a guidance branch that
    /// is switched off). Borrowed; the cache may add leases, so their content must not change afterwards.
    /// </param>
    /// <param name="outputs">Gets one tensor a lane, with a lease that the caller owns; <see langword="null"/> for lanes that were left out.</param>
    /// <param name="cancellationToken">Looked at before each stage, and handed to the stage.</param>
    /// <exception cref="ArgumentException">A latent has another type or shape, or the evaluation does not follow the last one.</exception>
    /// <exception cref="InvalidOperationException">An input was not set, or the session has ended.</exception>
    /// <exception cref="CacheDecisionException">The policy decided what its plan or the history does not allow.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session has ended.</exception>
    public void Evaluate(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, Span<FeatureTensor?> outputs, CancellationToken cancellationToken = default)
    {
        Begin(evaluation, latents, outputs);
        try
        {
            while (NextRun(out var lanes) is { } port)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Runner.Run(port, evaluation, lanes, cancellationToken);
                EndRun();
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Complete(outputs);
    }

    /// <summary>Runs stages for this session alone.</summary>
    internal StageRunner Runner { get; }

    /// <summary>The evaluation that is under way.</summary>
    internal ref readonly EvaluationInfo Evaluation => ref _evaluation;

    /// <summary>Begins an evaluation; <see cref="NextRun"/> then says what runs, until nothing is left and <see cref="Complete"/> ends it.</summary>
    internal void Begin(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, ReadOnlySpan<FeatureTensor?> outputs)
    {
        ThrowIfEnded();
        SessionRules.Check(_layout, _lanes, _count, evaluation, latents, outputs);
        try
        {
            _observer?.EvaluationStarting(evaluation);
            (_evaluation, _boundary, _computing) = (evaluation, 0, 0);
            _samples?.Begin(evaluation.Index);
            _numbers.Fill(evaluation, _lanes);
            for (var i = 0; i < _lanes.Length; i++)
            {
                _takesPart[i] = latents[i] is not null;
                if (latents[i] is { } latent)
                {
                    SessionRules.RequireInputs(_layout, _lanes[i]);
                    _lanes[i].Begin(evaluation, latent);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// Goes on to the next stage that a lane computes: at each boundary in order, lanes that skip go where they skip to, the others compute the next stage
    /// together. The prelude comes before the first stage of lanes whose inputs are new.
    /// </summary>
    /// <param name="lanes">The lanes that wait for it.</param>
    /// <returns>What must run for all of them before <see cref="EndRun"/> is called; <see langword="null"/> once every lane has its output.</returns>
    internal StagePort? NextRun(out ReadOnlySpan<Lane> lanes)
    {
        for (; _boundary < _layout.Stages.Length; _boundary++)
        {
            if (_computing == 0)
            {
                _computing = SkipOrCompute(DecideAt(_boundary)).Length;
                if (_computing == 0)
                {
                    continue;
                }

                lanes = Preparing(_arrived.AsSpan(0, _computing));
                _preparingFirst = !lanes.IsEmpty;
                if (_preparingFirst)
                {
                    return _ports.Prelude;
                }
            }

            lanes = _arrived.AsSpan(0, _computing);
            return _ports.Stages[_boundary];
        }

        lanes = default;
        return null;
    }

    /// <summary>Told once what <see cref="NextRun"/> returned has run for all its lanes.</summary>
    internal void EndRun()
    {
        if (_preparingFirst)
        {
            _preparingFirst = false;
            return;
        }

        foreach (var lane in _arrived.AsSpan(0, _computing))
        {
            lane.Advance();
        }

        _computing = 0;
        _boundary++;
    }

    /// <summary>Ends an evaluation: one output a lane, with a lease that the caller owns.</summary>
    internal void Complete(Span<FeatureTensor?> outputs)
    {
        var completed = 0;
        try
        {
            for (; completed < _lanes.Length; completed++)
            {
                outputs[completed] = _takesPart[completed] ? _lanes[completed].Complete() : null;
            }
        }
        catch
        {
            Leases.ReleaseAll(outputs[..completed]);
            Dispose();
            throw;
        }
    }

    /// <summary>Gives all leases back.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            foreach (var lane in _lanes)
            {
                lane.Dispose();
            }
        }
    }

    /// <summary>The lanes among those that compute whose inputs are new: what depends on the generation's inputs alone is computed for them first.</summary>
    private ReadOnlySpan<Lane> Preparing(ReadOnlySpan<Lane> computing)
    {
        var preparing = 0;
        foreach (var lane in computing)
        {
            if (lane.Inputs.NeedPrelude)
            {
                _preparing[preparing++] = lane;
            }
        }

        return _preparing.AsSpan(0, preparing);
    }

    /// <summary>Asks the lanes that have reached a boundary; returns how many there are.</summary>
    private int DecideAt(int boundary)
    {
        var arrived = 0;
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (_takesPart[i] && _lanes[i].At == boundary)
            {
                _decisions[arrived] = _lanes[i].Decide();
                _arrived[arrived++] = _lanes[i];
            }
        }

        return arrived;
    }

    /// <summary>Takes the skips that were decided, unless lanes must agree and do not; returns the lanes that compute.</summary>
    private ReadOnlySpan<Lane> SkipOrCompute(int arrived)
    {
        if (_scope == DecisionScope.WholeBatch && !AgreeOnSkip(arrived))
        {
            return _arrived.AsSpan(0, arrived);
        }

        _samples?.Agree(_arrived.AsSpan(0, arrived), _decisions.AsSpan(0, arrived));

        var computing = 0;
        for (var i = 0; i < arrived; i++)
        {
            if (_decisions[i] is { } skip)
            {
                _arrived[i].Skip(skip);
            }
            else
            {
                _arrived[computing++] = _arrived[i];
            }
        }

        return _arrived.AsSpan(0, computing);
    }

    private bool AgreeOnSkip(int arrived)
    {
        for (var i = 0; i < arrived; i++)
        {
            if (_decisions[i] is null || !ReferenceEquals(_decisions[i], _decisions[0]))
            {
                return false;
            }
        }

        return true;
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The session has ended: it was disposed, or an evaluation failed or was cancelled. Create a new one for the next generation.");
        }
    }
}
