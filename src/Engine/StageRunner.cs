namespace CachePolicies.Engine;

/// <summary>Runs a stage for the lanes that compute it: a single lane on its own tensors, several as one batch that is gathered and scattered.</summary>
internal sealed class StageRunner : IDisposable
{
    private readonly StagedDenoiser _denoiser;
    private readonly IEvaluationObserver? _observer;
    private readonly TimeProvider _time;
    private readonly FeatureTensor?[] _inputs;
    private readonly FeatureTensor?[] _outputs;
    private readonly FeatureTensor[] _rows;

    public StageRunner(StagedDenoiser denoiser, int lanes, IEvaluationObserver? observer, TimeProvider time)
    {
        _denoiser = denoiser;
        _observer = observer;
        _time = time;
        var layout = denoiser.Layout;
        _inputs = new FeatureTensor?[Enumerable.Range(0, layout.Stages.Length).Max(s => layout.ReadsOf(s).Length)];
        _outputs = new FeatureTensor?[layout.Boundaries.Max(b => b.Tensors.Length)];
        _rows = new FeatureTensor[lanes];
    }

    public void Run(int stage, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes, LaneExecution execution)
    {
        if (execution == LaneExecution.Batched && lanes.Length > 1)
        {
            RunBatch(stage, evaluation, lanes);
            return;
        }

        foreach (var lane in lanes)
        {
            RunOne(stage, evaluation, lane);
        }
    }

    public void Dispose()
    {
        Array.Clear(_rows);
        Leases.ReleaseAll(_inputs);
        Leases.ReleaseAll(_outputs);
    }

    private void RunOne(int stage, in EvaluationInfo evaluation, Lane lane)
    {
        var reads = _denoiser.Layout.ReadsOf(stage);
        for (var i = 0; i < reads.Length; i++)
        {
            _inputs[i] = Source(lane, reads[i]).AddLease();
        }

        var tensors = _denoiser.Layout.Boundaries[stage + 1].Tensors;
        var outputs = lane.FeaturesAt(stage + 1);
        for (var i = 0; i < tensors.Length; i++)
        {
            outputs[i] = _denoiser.Backend.Rent(tensors[i].ElementType, tensors[i].Shape);
        }

        Invoke(stage, evaluation, _inputs.AsSpan(0, reads.Length), outputs, 1);
        Leases.ReleaseAll(_inputs);
        lane.Advance();
    }

    private void RunBatch(int stage, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes)
    {
        var layout = _denoiser.Layout;
        var reads = layout.ReadsOf(stage);
        for (var i = 0; i < reads.Length; i++)
        {
            var descriptor = layout.DescriptorOf(reads[i]);
            var batch = _denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape, lanes.Length);
            _inputs[i] = batch;
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                _rows[lane] = Source(lanes[lane], reads[i]);
            }

            _denoiser.Backend.Gather(_rows.AsSpan(0, lanes.Length), batch);
        }

        var tensors = layout.Boundaries[stage + 1].Tensors;
        for (var i = 0; i < tensors.Length; i++)
        {
            _outputs[i] = _denoiser.Backend.Rent(tensors[i].ElementType, tensors[i].Shape, lanes.Length);
        }

        Invoke(stage, evaluation, _inputs.AsSpan(0, reads.Length), _outputs.AsSpan(0, tensors.Length), lanes.Length);
        Leases.ReleaseAll(_inputs);
        for (var i = 0; i < tensors.Length; i++)
        {
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                var row = _denoiser.Backend.Rent(tensors[i].ElementType, tensors[i].Shape);
                lanes[lane].FeaturesAt(stage + 1)[i] = row;
                _rows[lane] = row;
            }

            _denoiser.Backend.Scatter(_outputs[i]!, _rows.AsSpan(0, lanes.Length));
            Leases.Release(ref _outputs[i]);
        }

        foreach (var lane in lanes)
        {
            lane.Advance();
        }
    }

    private void Invoke(int stage, in EvaluationInfo evaluation, ReadOnlySpan<FeatureTensor?> inputs, ReadOnlySpan<FeatureTensor?> outputs, int rows)
    {
        var started = _observer is null ? 0 : _time.GetTimestamp();
        try
        {
            _denoiser.Stages[stage].Run(new StageInvocation(inputs!, outputs!, rows));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new StageFailedException(_denoiser.Stages[stage].Name, _denoiser.Layout.Name, _denoiser.Backend.Name, evaluation, failure);
        }

        _observer?.StageCompleted(new StageRecord(evaluation, stage, _denoiser.Stages[stage].Name, rows, _time.GetElapsedTime(started)));
    }

    private FeatureTensor Source(Lane lane, in TensorSource source) => (source.Boundary < 0 ? lane.Inputs[source.Tensor] : lane.FeaturesAt(source.Boundary)[source.Tensor])
        ?? throw new InvalidOperationException($"The tensor '{_denoiser.Layout.DescriptorOf(source).Name}' is read but was not computed in this evaluation.");
}
