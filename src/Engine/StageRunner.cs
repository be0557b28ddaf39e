using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Runs a stage for the lanes that compute it: a single lane on its own tensors, several as one batch that is gathered and scattered.</summary>
internal sealed class StageRunner : IDisposable
{
    private readonly StagedDenoiser _denoiser;
    private readonly IEvaluationObserver? _observer;
    private readonly TimeProvider _time;
    private readonly LaneExecution _execution;
    private readonly Port[] _stages;
    private readonly Port? _prelude;
    private readonly FeatureTensor?[] _inputs;
    private readonly FeatureTensor?[] _outputs;
    private readonly FeatureTensor[] _rows;
    private CancellationToken _cancellation;

    public StageRunner(CachedDenoiser cached, int lanes, IEvaluationObserver? observer)
    {
        _denoiser = cached.Denoiser;
        _observer = observer;
        _time = cached.Options.TimeProvider;
        _execution = _denoiser.RunsLanesApart ? LaneExecution.Separate : cached.Options.LaneExecution;
        var layout = _denoiser.Layout;
        _stages = [.. _denoiser.Stages.Select((stage, i) => new Port(stage, i, layout.ReadsOf(i), layout.Boundaries[i + 1].Tensors))];
        _prelude = _denoiser.Prelude is { } prelude
            ? new Port(prelude, null, [.. layout.PreludeReads.Select(TensorSource.OfInput)], layout.Prelude!.Tensors)
            : null;
        var ports = _prelude is null ? _stages : [.. _stages, _prelude];
        _inputs = new FeatureTensor?[ports.Max(p => p.Reads.Length)];
        _outputs = new FeatureTensor?[ports.Max(p => p.Writes.Length)];
        _rows = new FeatureTensor[lanes];
    }

    /// <summary>Runs a stage for lanes that have reached the boundary before it.</summary>
    public void Run(int stage, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes, CancellationToken cancellationToken) =>
        Run(_stages[stage], evaluation, lanes, cancellationToken);

    /// <summary>Computes what stays the same for a generation.</summary>
    public void RunPrelude(in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes, CancellationToken cancellationToken) =>
        Run(_prelude!, evaluation, lanes, cancellationToken);

    public void Dispose()
    {
        Array.Clear(_rows);
        Leases.ReleaseAll(_inputs);
        Leases.ReleaseAll(_outputs);
    }

    private void Run(Port port, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        if (_execution == LaneExecution.Batched && lanes.Length > 1)
        {
            RunBatch(port, evaluation, lanes);
            return;
        }

        foreach (var lane in lanes)
        {
            RunOne(port, evaluation, lane);
        }
    }

    private void RunOne(Port port, in EvaluationInfo evaluation, Lane lane)
    {
        for (var i = 0; i < port.Reads.Length; i++)
        {
            _inputs[i] = Source(lane, port.Reads[i]).AddLease();
        }

        var outputs = port.OutputsOf(lane);
        for (var i = 0; i < port.Writes.Length; i++)
        {
            outputs[i] = _denoiser.Backend.Rent(port.Writes[i].ElementType, port.Writes[i].Shape);
        }

        Invoke(port, evaluation, outputs, 1);
        Leases.ReleaseAll(_inputs);
    }

    private void RunBatch(Port port, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes)
    {
        for (var i = 0; i < port.Reads.Length; i++)
        {
            var descriptor = _denoiser.Layout.DescriptorOf(port.Reads[i]);
            var batch = _denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape, lanes.Length);
            _inputs[i] = batch;
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                _rows[lane] = Source(lanes[lane], port.Reads[i]);
            }

            _denoiser.Backend.Gather(_rows.AsSpan(0, lanes.Length), batch);
        }

        for (var i = 0; i < port.Writes.Length; i++)
        {
            _outputs[i] = _denoiser.Backend.Rent(port.Writes[i].ElementType, port.Writes[i].Shape, lanes.Length);
        }

        Invoke(port, evaluation, _outputs.AsSpan(0, port.Writes.Length), lanes.Length);
        Leases.ReleaseAll(_inputs);
        for (var i = 0; i < port.Writes.Length; i++)
        {
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                var row = _denoiser.Backend.Rent(port.Writes[i].ElementType, port.Writes[i].Shape);
                port.OutputsOf(lanes[lane])[i] = row;
                _rows[lane] = row;
            }

            _denoiser.Backend.Scatter(_outputs[i]!, _rows.AsSpan(0, lanes.Length));
            Leases.Release(ref _outputs[i]);
        }
    }

    private void Invoke(Port port, in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> outputs, int rows)
    {
        var started = _observer is null ? 0 : _time.GetTimestamp();
        try
        {
            port.Stage.Run(new StageInvocation(_inputs.AsSpan(0, port.Reads.Length)!, outputs!, rows, _cancellation));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ObjectDisposedException))
        {
            throw new StageFailedException(port.Stage.Name, _denoiser.Layout.Name, _denoiser.Backend.Name, evaluation, failure);
        }

        if (_observer is null)
        {
            return;
        }

        var elapsed = _time.GetElapsedTime(started);
        if (port.Index is { } stage)
        {
            _observer.StageCompleted(new StageRecord(evaluation, stage, port.Stage.Name, rows, elapsed));
        }
        else
        {
            _observer.PreludeCompleted(new PreludeRecord(evaluation, port.Stage.Name, rows, elapsed));
        }
    }

    private FeatureTensor Source(Lane lane, in TensorSource source) => source.Origin switch
    {
        TensorOrigin.Input => lane.Inputs.Given[source.Tensor],
        TensorOrigin.Prelude => lane.Inputs.Prepared[source.Tensor],
        _ => lane.FeaturesAt(source.Boundary)[source.Tensor],
    } ?? throw new InvalidOperationException($"The tensor '{_denoiser.Layout.DescriptorOf(source).Name}' is read but was not computed in this evaluation.");

    /// <summary>A stage, or the prelude, which has no index, with where its tensors come from and go to.</summary>
    private sealed record Port(IDenoiserStage Stage, int? Index, ImmutableArray<TensorSource> Reads, ImmutableArray<TensorDescriptor> Writes)
    {
        public FeatureTensor?[] OutputsOf(Lane lane) => Index is { } stage ? lane.FeaturesAt(stage + 1) : lane.Inputs.Prepared;
    }
}
