using CachePolicies.Backends.Cpu;
using CachePolicies.Traces;

namespace CachePolicies.Bench;

/// <summary>The primary features of an uncached run at every boundary, recorded as <c>cachepolicies record</c> does and kept in memory.</summary>
internal sealed class RecordedFeatures : IDisposable
{
    private readonly CpuBackend _backend = new();
    private readonly Dictionary<string, CpuTensor[]> _features = [];

    private RecordedFeatures(SampleModel model, TraceReader trace, int steps)
    {
        Layout = model.Denoiser.Layout;
        Evaluations = model.EvaluationsOf(steps);
        foreach (var boundary in trace.Boundaries)
        {
            _features[boundary.Name] = [.. Enumerable.Range(0, trace.Steps).Select(step => Read(trace, boundary, step))];
        }
    }

    /// <summary>The model's layout.</summary>
    public DenoiserLayout Layout { get; }

    /// <summary>The evaluations in order.</summary>
    public IReadOnlyList<EvaluationInfo> Evaluations { get; }

    /// <summary>Draws a picture and keeps its features.</summary>
    public static RecordedFeatures Of(SampleModel model, BenchPrompt prompt, int steps)
    {
        var folder = Directory.CreateTempSubdirectory("cachepolicies-paper-");
        try
        {
            var file = Path.Combine(folder.FullName, "run.safetensors");
            model.Record(prompt, steps, file);
            using var trace = TraceReader.Open(file);
            return new RecordedFeatures(model, trace, steps);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The distance of each evaluation's feature at a boundary from the one some evaluations before it.</summary>
    /// <param name="boundary">The boundary.</param>
    /// <param name="estimator">How.</param>
    /// <param name="gap">How many evaluations apart.</param>
    /// <returns>One for each evaluation from number <paramref name="gap"/> on.</returns>
    public IReadOnlyList<double> Distances(Boundary boundary, ISimilarityEstimator estimator, int gap)
    {
        var type = TensorType.Of(boundary.Primary) with { ElementType = ElementType.Float32 };
        var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), type.Shape);
        var kernel = _backend.Compile(new KernelSignature([type, type], estimator.ScalarCount, [distance]));
        var features = _features[RecordedTensor.NameOf(boundary)];
        var scalars = new float[estimator.ScalarCount];
        var distances = new double[features.Length - gap];
        for (var i = 0; i < distances.Length; i++)
        {
            estimator.FillScalars(Evaluations[i + gap], Evaluations[i], scalars);
            distances[i] = kernel.Measure([features[i + gap], features[i]], scalars);
        }

        return distances;
    }

    public void Dispose() => _backend.Dispose();

    private CpuTensor Read(TraceReader trace, TraceBoundary boundary, int step)
    {
        var tensor = _backend.Rent(ElementType.Float32, boundary.Tensors[0].Shape);
        trace.Read(step, boundary.Name, boundary.Tensors[0].Name, tensor.Singles);
        return tensor;
    }
}
