namespace CachePolicies.Engine;

/// <summary>
/// One generation of a cached denoiser: the caches of its lanes. Used by one thread at a time. A failed or cancelled evaluation ends the session
/// and gives all its leases back, so that nothing stale can be reused; the denoiser itself goes on serving others.
/// </summary>
public sealed class DenoiserSession : IDisposable
{
    private readonly CachedDenoiser _cached;
    private readonly DenoiserLayout _layout;
    private readonly Lane[] _lanes;
    private readonly Lane[] _computing;
    private readonly CompiledSkip?[] _decisions;
    private readonly StageRunner _runner;
    private readonly IEvaluationObserver? _observer;
    private readonly int _count;
    private readonly int _timestepInput;
    private readonly int _sigmaInput;
    private readonly float[] _number = new float[1];
    private bool _ended;

    internal DenoiserSession(CachedDenoiser cached, ReadOnlySpan<LaneInfo> lanes, IEvaluationObserver? observer)
    {
        _cached = cached;
        _layout = cached.Denoiser.Layout;
        _observer = observer;
        _count = lanes[0].EvaluationCount;
        _lanes = new Lane[lanes.Length];
        _computing = new Lane[lanes.Length];
        _decisions = new CompiledSkip?[lanes.Length];
        for (var i = 0; i < lanes.Length; i++)
        {
            _lanes[i] = new Lane(cached, lanes[i], observer is null ? null : new LaneRecorder(observer, lanes[i], _layout));
        }

        _runner = new StageRunner(cached.Denoiser, lanes.Length, observer, cached.Options.TimeProvider);
        _timestepInput = IndexOfInput(DenoiserLayout.TimestepInput);
        _sigmaInput = IndexOfInput(DenoiserLayout.SigmaInput);
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

    /// <summary>Gives a lane an input of the denoiser, such as its text; it stays until it is set anew. The session takes a lease of its own.</summary>
    /// <param name="lane">The lane's position.</param>
    /// <param name="name">The input's name. The engine itself fills <c>timestep</c> and <c>sigma</c>.</param>
    /// <param name="value">One row of the described type and shape.</param>
    /// <exception cref="ArgumentException">There is no such input, or the tensor is not of its type or shape.</exception>
    public void SetInput(int lane, string name, FeatureTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ThrowIfEnded();
        var index = IndexOfInput(name);
        if (index < 0)
        {
            throw new ArgumentException($"The model '{_layout.Name}' has no input '{name}'. It has: {string.Join(", ", _layout.Inputs.Select(i => i.Name))}.", nameof(name));
        }

        RequireMatch(value, _layout.Inputs[index], $"The input '{name}'");
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
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <exception cref="ArgumentException">A latent has another type or shape, or the evaluation does not follow the last one.</exception>
    /// <exception cref="InvalidOperationException">An input was not set, or the session has ended.</exception>
    /// <exception cref="CacheDecisionException">The policy decided what its plan or the history does not allow.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session has ended.</exception>
    public void Evaluate(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, Span<FeatureTensor?> outputs, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        Check(evaluation, latents, outputs);
        var completed = 0;
        try
        {
            _observer?.EvaluationStarting(evaluation);
            Begin(evaluation, latents);
            Prepare(evaluation, latents, cancellationToken);
            Walk(evaluation, latents, cancellationToken);
            for (; completed < _lanes.Length; completed++)
            {
                outputs[completed] = latents[completed] is null ? null : _lanes[completed].Complete();
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

            _runner.Dispose();
        }
    }

    /// <summary>Computes what depends on the generation's inputs alone, for the lanes whose inputs are new.</summary>
    private void Prepare(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, CancellationToken cancellationToken)
    {
        var preparing = 0;
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (latents[i] is not null && _lanes[i].NeedsPrelude)
            {
                _computing[preparing++] = _lanes[i];
            }
        }

        if (preparing > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _runner.RunPrelude(evaluation, _computing.AsSpan(0, preparing), _cached.Options.LaneExecution);
        }
    }

    /// <summary>At each boundary in order: lanes that skip go where they skip to, the others compute the next stage together.</summary>
    private void Walk(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, CancellationToken cancellationToken)
    {
        for (var boundary = 0; boundary < _layout.Stages.Length; boundary++)
        {
            var arrived = 0;
            for (var i = 0; i < _lanes.Length; i++)
            {
                if (latents[i] is not null && _lanes[i].At == boundary)
                {
                    _decisions[arrived] = _lanes[i].Decide();
                    _computing[arrived++] = _lanes[i];
                }
            }

            var computing = arrived;
            if (_cached.Options.DecisionScope == DecisionScope.PerLane || AgreeOnSkip(arrived))
            {
                computing = 0;
                for (var i = 0; i < arrived; i++)
                {
                    if (_decisions[i] is { } skip)
                    {
                        _computing[i].Skip(skip);
                    }
                    else
                    {
                        _computing[computing++] = _computing[i];
                    }
                }
            }

            if (computing > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _runner.Run(boundary, evaluation, _computing.AsSpan(0, computing), _cached.Options.LaneExecution);
            }
        }
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

    private void Begin(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents)
    {
        FillNumber(_timestepInput, evaluation.Timestep);
        FillNumber(_sigmaInput, evaluation.Sigma);
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (latents[i] is { } latent)
            {
                RequireInputs(_lanes[i]);
                _lanes[i].Begin(evaluation, latent);
            }
        }
    }

    /// <summary>Uploads a number once and shares it among the lanes.</summary>
    private void FillNumber(int input, float value)
    {
        if (input < 0)
        {
            return;
        }

        var descriptor = _layout.Inputs[input];
        var tensor = _cached.Denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape);
        try
        {
            _number[0] = value;
            _cached.Denoiser.Backend.Upload(_number, tensor);
            foreach (var lane in _lanes)
            {
                lane.SetInput(input, tensor.AddLease());
            }
        }
        finally
        {
            tensor.Release();
        }
    }

    private void RequireInputs(Lane lane)
    {
        for (var i = 0; i < lane.Inputs.Length; i++)
        {
            if (lane.Inputs[i] is null)
            {
                throw new InvalidOperationException($"The input '{_layout.Inputs[i].Name}' of '{_layout.Name}' was not set for the lane of {lane.Info}; call SetInput before the first evaluation.");
            }
        }
    }

    private void Check(in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> latents, Span<FeatureTensor?> outputs)
    {
        if (latents.Length != _lanes.Length || outputs.Length != _lanes.Length)
        {
            throw new ArgumentException($"The session has {_lanes.Length} lanes; given were {latents.Length} latents and room for {outputs.Length} outputs.");
        }

        if (evaluation.Count != _count)
        {
            throw new ArgumentException($"The generation was started for {_count} evaluations and is now told {evaluation.Count}; start a new session for another number of steps.", nameof(evaluation));
        }

        if (evaluation.Index < 0 || evaluation.Index >= _count)
        {
            throw new ArgumentException($"Evaluation {evaluation.Index} does not exist: the generation was started for {_count}, numbered from 0.", nameof(evaluation));
        }

        for (var i = 0; i < latents.Length; i++)
        {
            if (latents[i] is { } latent)
            {
                RequireMatch(latent, _layout.Latent.Primary, "The latent");
                RequireNext(_lanes[i], evaluation.Index);
            }
        }
    }

    private void RequireNext(Lane lane, int index)
    {
        if (index < lane.Next)
        {
            throw new ArgumentException(
                $"Evaluation {index} does not follow: for {lane.Info} expected is {lane.Next} to {_count - 1}. Indices count evaluations of the denoiser and rise.", nameof(index));
        }
    }

    private static void RequireMatch(FeatureTensor value, TensorDescriptor expected, string what)
    {
        if (value.ElementType != expected.ElementType || !value.Shape.Equals(expected.Shape) || value.Rows != 1)
        {
            throw new ArgumentException($"{what} is {value}; expected is one row of {expected.ElementType} {expected.Shape}. Start a new session for another shape.");
        }
    }

    private int IndexOfInput(string name)
    {
        for (var i = 0; i < _layout.Inputs.Length; i++)
        {
            if (string.Equals(_layout.Inputs[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The session has ended: it was disposed, or an evaluation failed or was cancelled. Create a new one for the next generation.");
        }
    }
}
