using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CachePolicies.Engine;
using CachePolicies.Traces;

namespace CachePolicies.Comparison;

/// <summary>
/// Copies what stages read and write to a trace while an uncached run goes on. Lanes run one after the other, so the k-th run of a stage within an
/// evaluation is the k-th lane's; the pass with the prompt is the first.
/// </summary>
internal sealed class FeatureRecorder : IEvaluationObserver
{
    private readonly TraceWriter _writer;
    private readonly IDenoiserBackend _backend;
    private readonly TimeProvider _time;
    private readonly ImmutableArray<ImmutableArray<(int Tensor, RecordedTensor As)>> _recorded;
    private readonly double[] _seconds;
    private readonly int[] _runs;
    private float[] _buffer = [];
    private int _evaluation;

    private FeatureRecorder(StagedDenoiser denoiser, TraceWriter writer, TimeProvider time)
    {
        (_writer, _backend, _time) = (writer, denoiser.Backend, time);
        _recorded = [.. denoiser.Layout.Boundaries.Select(TensorsAt)];
        _seconds = new double[denoiser.Layout.Stages.Length];
        _runs = new int[denoiser.Layout.Stages.Length];
        var latent = denoiser.Layout.ReadsOf(0).IndexOf(TensorSource.AtBoundary(0, denoiser.Layout.Latent.PrimaryIndex));
        Denoiser = new StagedDenoiser(
            denoiser.Layout,
            [.. denoiser.Stages.Select((stage, i) => (IDenoiserStage)new RecordingStage(stage, i, i == 0 ? latent : -1, this))],
            denoiser.Backend,
            denoiser.Prelude);
    }

    /// <summary>The denoiser with stages that record.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>The mean duration of each stage, as JSON by the boundary that it leads to.</summary>
    public string StageSeconds => new JsonObject(Denoiser.Layout.Boundaries.Skip(1)
        .Select((b, i) => KeyValuePair.Create(RecordedTensor.NameOf(b), (JsonNode?)Math.Round(_seconds[i] / (_evaluation + 1), 9)))).ToJsonString();

    public static FeatureRecorder Over(StagedDenoiser denoiser, TraceWriter writer, TimeProvider time) => new(denoiser, writer, time);

    /// <summary>What a trace of the layout holds in every step: states and signals. A boundary with a role goes by the role's name.</summary>
    public static ImmutableArray<RecordedTensor> TensorsOf(DenoiserLayout layout) =>
        layout.ReadsOf(0).Contains(TensorSource.AtBoundary(0, layout.Latent.PrimaryIndex))
            ? [.. layout.Boundaries.SelectMany(b => TensorsAt(b).Select(t => t.As))]
            : throw new NotSupportedException($"The first stage of '{layout.Name}' does not read the latent, so it cannot be recorded.");

    public void EvaluationStarting(in EvaluationInfo evaluation)
    {
        _evaluation = evaluation.Index;
        Array.Clear(_runs);
    }

    private static ImmutableArray<(int Tensor, RecordedTensor As)> TensorsAt(Boundary boundary) =>
    [
        .. Enumerable.Range(0, boundary.Tensors.Length)
            .Where(i => boundary.Tensors[i].Kind is TensorKind.State or TensorKind.Signal && boundary.Tensors[i].ElementType.IsFloatingPoint() && (boundary.Index > 0 || i == boundary.PrimaryIndex))
            .Select(i => (i, new RecordedTensor(RecordedTensor.NameOf(boundary), i == boundary.PrimaryIndex ? "" : boundary.Tensors[i].Name, boundary.Tensors[i].Shape))),
    ];

    private void Copy(int boundary, ReadOnlySpan<FeatureTensor> tensors)
    {
        foreach (var (tensor, recorded) in _recorded[boundary])
        {
            Copy(recorded, tensors[tensor]);
        }
    }

    private void Copy(RecordedTensor recorded, FeatureTensor tensor)
    {
        var count = checked((int)recorded.Shape.ElementCount);
        if (_buffer.Length < count)
        {
            _buffer = new float[count];
        }

        _backend.Download(tensor, _buffer.AsSpan(0, count));
        _writer.Write(_evaluation, recorded, _buffer.AsSpan(0, count));
    }

    private sealed class RecordingStage(IDenoiserStage inner, int index, int latentInput, FeatureRecorder owner) : IDenoiserStage
    {
        public string Name => inner.Name;

        public void Run(in StageInvocation invocation)
        {
            var isRecordedLane = owner._runs[index]++ == 0;
            if (isRecordedLane && latentInput >= 0)
            {
                owner.Copy(owner._recorded[0][0].As, invocation.Inputs[latentInput]);
            }

            var began = owner._time.GetTimestamp();
            inner.Run(invocation);
            if (isRecordedLane)
            {
                owner._seconds[index] += owner._time.GetElapsedTime(began).TotalSeconds;
                owner.Copy(index + 1, invocation.Outputs);
            }
        }
    }
}
