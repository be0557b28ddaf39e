namespace CachePolicies.Engine;

/// <summary>
/// Runs a stage for lanes that wait for it: one lane on its own tensors, several as one batch that is gathered and scattered on the device. One run at a time;
/// a run that fails leaves its lanes as they were. Holds room for a run's tensors, so that a run allocates nothing once it has seen its like.
/// </summary>
internal sealed class StageExecution
{
    private FeatureTensor?[] _inputs = [];
    private FeatureTensor?[] _outputs = [];
    private FeatureTensor?[] _rows = [];

    /// <summary>Runs a stage for one lane, without a copy.</summary>
    /// <param name="port">The stage.</param>
    /// <param name="lane">The lane that waits for it.</param>
    /// <param name="evaluation">The lane's evaluation, for messages.</param>
    /// <param name="time">What the run is timed by; not timed where it is <see langword="null"/>.</param>
    /// <param name="cancellationToken">Handed to the stage.</param>
    /// <returns>How long the stage took, without what surrounds it.</returns>
    public TimeSpan RunOne(StagePort port, Lane lane, in EvaluationInfo evaluation, TimeProvider? time, CancellationToken cancellationToken)
    {
        MakeRoom(port, 1);
        var outputs = port.OutputsOf(lane).AsSpan(0, port.Writes.Length);
        try
        {
            for (var i = 0; i < port.Reads.Length; i++)
            {
                _inputs[i] = port.Source(lane, i).AddLease();
            }

            Rent(port, outputs, 1);
            return Invoke(port, outputs, 1, evaluation, time, cancellationToken);
        }
        catch
        {
            Leases.ReleaseAll(outputs);
            throw;
        }
        finally
        {
            Leases.ReleaseAll(_inputs);
        }
    }

    /// <summary>Runs a stage for lanes as one batch.</summary>
    /// <param name="port">The stage.</param>
    /// <param name="lanes">The lanes that wait for it.</param>
    /// <param name="evaluation">The evaluation of one of them, for messages.</param>
    /// <param name="time">What the run is timed by; not timed where it is <see langword="null"/>.</param>
    /// <param name="cancellationToken">Handed to the stage.</param>
    /// <returns>How long the stage took, without what surrounds it.</returns>
    public TimeSpan RunBatch(StagePort port, ReadOnlySpan<Lane> lanes, in EvaluationInfo evaluation, TimeProvider? time, CancellationToken cancellationToken)
    {
        MakeRoom(port, lanes.Length);
        var outputs = _outputs.AsSpan(0, port.Writes.Length);
        var written = 0;
        try
        {
            Gather(port, lanes);
            Rent(port, outputs, lanes.Length);
            var elapsed = Invoke(port, outputs, lanes.Length, evaluation, time, cancellationToken);
            for (; written < outputs.Length; written++)
            {
                Scatter(port, written, lanes);
            }

            return elapsed;
        }
        catch
        {
            foreach (var lane in lanes)
            {
                Leases.ReleaseAll(port.OutputsOf(lane).AsSpan(0, Math.Min(written + 1, outputs.Length)));
            }

            throw;
        }
        finally
        {
            Array.Clear(_rows);
            Leases.ReleaseAll(_inputs);
            Leases.ReleaseAll(_outputs);
        }
    }

    private void Gather(StagePort port, ReadOnlySpan<Lane> lanes)
    {
        for (var i = 0; i < port.Reads.Length; i++)
        {
            var batch = port.Backend.Rent(port.ReadTypes[i].ElementType, port.ReadTypes[i].Shape, lanes.Length);
            _inputs[i] = batch;
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                _rows[lane] = port.Source(lanes[lane], i);
            }

            port.Backend.Gather(_rows.AsSpan(0, lanes.Length)!, batch);
        }
    }

    private void Scatter(StagePort port, int output, ReadOnlySpan<Lane> lanes)
    {
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var row = port.Backend.Rent(port.Writes[output].ElementType, port.Writes[output].Shape);
            port.OutputsOf(lanes[lane])[output] = row;
            _rows[lane] = row;
        }

        port.Backend.Scatter(_outputs[output]!, _rows.AsSpan(0, lanes.Length)!);
    }

    private static void Rent(StagePort port, Span<FeatureTensor?> outputs, int rows)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = port.Backend.Rent(port.Writes[i].ElementType, port.Writes[i].Shape, rows);
        }
    }

    private TimeSpan Invoke(
        StagePort port, ReadOnlySpan<FeatureTensor?> outputs, int rows, in EvaluationInfo evaluation, TimeProvider? time, CancellationToken cancellationToken)
    {
        var started = time?.GetTimestamp() ?? 0;
        try
        {
            port.Stage.Run(new StageInvocation(_inputs.AsSpan(0, port.Reads.Length)!, outputs!, rows, cancellationToken));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ObjectDisposedException))
        {
            throw port.Failed(evaluation, failure);
        }

        return time?.GetElapsedTime(started) ?? default;
    }

    private void MakeRoom(StagePort port, int rows)
    {
        if (_inputs.Length < port.Reads.Length)
        {
            _inputs = new FeatureTensor?[port.Reads.Length];
        }

        if (_outputs.Length < port.Writes.Length)
        {
            _outputs = new FeatureTensor?[port.Writes.Length];
        }

        if (_rows.Length < rows)
        {
            _rows = new FeatureTensor?[rows];
        }
    }
}
