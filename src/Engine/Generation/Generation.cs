namespace CachePolicies.Engine;

/// <summary>
/// A generation under way: each <see cref="MoveNext"/> evaluates the denoiser once for every sample and guidance pass and updates the latents,
/// all on the device. Used by one thread at a time; owns its leases until it is disposed.
/// </summary>
public sealed class Generation : IDisposable
{
    private readonly IDenoiserBackend _backend;
    private readonly TensorDescriptor _latent;
    private readonly DenoiserSession _session;
    private readonly LatentUpdate _update;
    private readonly GenerationState _state;
    private readonly FeatureTensor?[] _laneLatents;
    private readonly FeatureTensor?[] _outputs;
    private readonly int _passes;
    private bool _disposed;

    internal Generation(DenoisingLoop loop, GenerationRequest request, IEvaluationObserver? observer)
    {
        var layout = loop.Denoiser.Denoiser.Layout;
        _backend = loop.Denoiser.Denoiser.Backend;
        _latent = layout.Latent.Primary;
        Schedule = loop.Sampler.CreateSchedule(request.Schedule);
        GenerationRules.Check(layout, request, Schedule, loop.Sampler);

        var passes = GuidancePasses.Of(request);
        _passes = passes.Weights.Length;
        var samples = request.Samples.Length;
        _laneLatents = new FeatureTensor?[samples * _passes];
        _outputs = new FeatureTensor?[samples * _passes];
        _update = new LatentUpdate(_backend, _latent, Schedule, samples, passes.Weights, request.GuidanceRescale);
        _session = loop.Denoiser.CreateSession(passes.LanesFor(samples, Schedule.Evaluations.Length), observer);
        _state = new GenerationState(_backend, _latent, Schedule, request);
        try
        {
            _state.Upload();
            for (var lane = 0; lane < _outputs.Length; lane++)
            {
                UploadInputs(layout, lane, passes.InputsOf(request.Samples[lane / _passes], lane % _passes));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The evaluations of this generation.</summary>
    public SamplingSchedule Schedule { get; }

    /// <summary>How many evaluations are done.</summary>
    public int Completed { get; private set; }

    /// <summary>Whether all evaluations are done.</summary>
    internal bool IsComplete => Completed == Schedule.Evaluations.Length;

    /// <summary>The caches of this generation.</summary>
    public DenoiserSession Session => _session;

    /// <summary>Evaluates once more.</summary>
    /// <param name="cancellationToken">Looked at before each stage; a cancelled generation has ended.</param>
    /// <returns>False once all evaluations are done.</returns>
    /// <exception cref="StageFailedException">A stage failed; the generation has ended.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the generation has ended.</exception>
    public bool MoveNext(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (IsComplete)
        {
            return false;
        }

        cancellationToken.ThrowIfCancellationRequested();
        PlaceLatents();
        try
        {
            _session.Evaluate(Schedule.InfoAt(Completed), _laneLatents, _outputs, cancellationToken);
            Update();
            return true;
        }
        finally
        {
            Leases.ReleaseAll(_outputs);
        }
    }

    /// <summary>Begins an evaluation whose stages somebody else runs: <see cref="DenoiserSession.NextRun"/> says which.</summary>
    internal void BeginEvaluation()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PlaceLatents();
        _session.Begin(Schedule.InfoAt(Completed), _laneLatents, _outputs);
    }

    /// <summary>Ends an evaluation that has no stage left to run.</summary>
    internal void EndEvaluation()
    {
        try
        {
            _session.Complete(_outputs);
            Update();
        }
        finally
        {
            Leases.ReleaseAll(_outputs);
        }
    }

    /// <summary>Copies the latent of a sample to the host, as it is after the last evaluation.</summary>
    public float[] DownloadLatent(int sample)
    {
        var numbers = new float[_latent.Shape.ElementCount];
        DownloadLatent(sample, numbers);
        return numbers;
    }

    /// <summary>Copies the latent of a sample into <paramref name="destination"/>, as it is after the last evaluation.</summary>
    /// <exception cref="ArgumentException">The destination has another length than the latent.</exception>
    public void DownloadLatent(int sample, Span<float> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _backend.Download(_state[sample], destination);
    }

    /// <summary>Gives all leases back.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _state.Dispose();
            _update.Dispose();
            _session.Dispose();
        }
    }

    private void PlaceLatents()
    {
        for (var lane = 0; lane < _laneLatents.Length; lane++)
        {
            _laneLatents[lane] = _state[lane / _passes];
        }
    }

    private void Update()
    {
        for (var sample = 0; sample < _state.Samples; sample++)
        {
            Advance(sample);
        }

        Completed++;
    }

    private void Advance(int sample)
    {
        var noise = _state.DrawNoise(sample, Completed);
        try
        {
            var outputs = _outputs.AsSpan(sample * _passes, _passes);
            _state.Replace(sample, Completed, _update.Apply(Completed, sample, _state[sample], outputs, noise));
        }
        finally
        {
            noise?.Release();
        }
    }

    private void UploadInputs(DenoiserLayout layout, int lane, IReadOnlyDictionary<string, InputValue> values)
    {
        foreach (var input in layout.Inputs)
        {
            if (!values.TryGetValue(input.Name, out var value))
            {
                continue;
            }

            var tensor = _backend.Rent(input.ElementType, input.Shape);
            try
            {
                if (value.IsInteger)
                {
                    _backend.Upload(value.Integers.Span, tensor);
                }
                else
                {
                    _backend.Upload(value.Numbers.Span, tensor);
                }

                _session.SetInput(lane, input.Name, tensor);
            }
            finally
            {
                tensor.Release();
            }
        }
    }
}
