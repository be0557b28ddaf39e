namespace CachePolicies.Engine;

/// <summary>
/// A generation under way: each <see cref="MoveNext"/> evaluates the denoiser once for every sample and guidance branch and updates the latents,
/// all on the device. Used by one thread at a time; owns its leases until it is disposed.
/// </summary>
public sealed class Generation : IDisposable
{
    private readonly DenoisingLoop _loop;
    private readonly IDenoiserBackend _backend;
    private readonly GenerationRequest _request;
    private readonly DenoiserSession _session;
    private readonly LatentUpdate _update;
    private readonly FeatureTensor?[] _latents;
    private readonly FeatureTensor?[] _laneLatents;
    private readonly FeatureTensor?[] _outputs;
    private readonly int _branches;
    private bool _disposed;

    internal Generation(DenoisingLoop loop, GenerationRequest request, IEvaluationObserver? observer)
    {
        _loop = loop;
        _request = request;
        _backend = loop.Denoiser.Denoiser.Backend;
        Schedule = loop.Sampler.CreateSchedule(request.Steps);
        _branches = request.Guidance == 1 ? 1 : 2;
        var layout = loop.Denoiser.Denoiser.Layout;
        GenerationRules.Check(layout, request);

        var samples = request.Samples.Length;
        _latents = new FeatureTensor?[samples];
        _laneLatents = new FeatureTensor?[samples * _branches];
        _outputs = new FeatureTensor?[samples * _branches];
        _update = new LatentUpdate(_backend, layout.Latent.Primary, Schedule.OutputHistory, samples, _branches == 2);
        _session = loop.Denoiser.CreateSession(LanesOf(samples), observer);
        try
        {
            Upload(layout);
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
        if (Completed == Schedule.Evaluations.Length)
        {
            return false;
        }

        cancellationToken.ThrowIfCancellationRequested();
        for (var lane = 0; lane < _laneLatents.Length; lane++)
        {
            _laneLatents[lane] = _latents[lane / _branches];
        }

        try
        {
            _session.Evaluate(Schedule.InfoAt(Completed), _laneLatents, _outputs, cancellationToken);
            var update = Schedule.Evaluations[Completed].Update;
            for (var sample = 0; sample < _latents.Length; sample++)
            {
                var conditional = _outputs[sample * _branches]!;
                var unconditional = _branches == 2 ? _outputs[(sample * 2) + 1] : null;
                var next = _update.Apply(sample, _latents[sample]!, conditional, unconditional, _request.Guidance, update);
                _latents[sample]!.Release();
                _latents[sample] = next;
            }

            Completed++;
            return true;
        }
        finally
        {
            Leases.ReleaseAll(_outputs);
        }
    }

    /// <summary>Copies the latent of a sample to the host, as it stands after the last evaluation.</summary>
    public float[] DownloadLatent(int sample)
    {
        var numbers = new float[_loop.Denoiser.Denoiser.Layout.Latent.Primary.Shape.ElementCount];
        DownloadLatent(sample, numbers);
        return numbers;
    }

    /// <summary>Copies the latent of a sample into <paramref name="destination"/>, as it stands after the last evaluation.</summary>
    /// <exception cref="ArgumentException">The destination has another length than the latent.</exception>
    public void DownloadLatent(int sample, Span<float> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _backend.Download(_latents[sample]!, destination);
    }

    /// <summary>Gives all leases back.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Leases.ReleaseAll(_latents);
            _update.Dispose();
            _session.Dispose();
        }
    }

    private LaneInfo[] LanesOf(int samples)
    {
        var lanes = new LaneInfo[samples * _branches];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var branch = lane % _branches == 0 ? GuidanceBranch.Conditional : GuidanceBranch.Unconditional;
            lanes[lane] = new LaneInfo(lane / _branches, branch, Schedule.Evaluations.Length);
        }

        return lanes;
    }

    private void Upload(DenoiserLayout layout)
    {
        for (var sample = 0; sample < _latents.Length; sample++)
        {
            var source = _request.Samples[sample];
            _latents[sample] = _backend.Rent(layout.Latent.Primary.ElementType, layout.Latent.Primary.Shape);
            _backend.Upload(source.Noise.Span, _latents[sample]!);
            for (var branch = 0; branch < _branches; branch++)
            {
                UploadInputs(layout, (sample * _branches) + branch, branch == 0 ? source.Conditional : source.Unconditional!);
            }
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
