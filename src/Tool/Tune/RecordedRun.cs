using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Traces;

namespace CachePolicies.Tool;

/// <summary>
/// A recorded run whose distances between any two steps are measured once and remembered, so that policies with thousands of settings decide on it
/// without touching a tensor again. Used by one thread at a time.
/// </summary>
internal sealed class RecordedRun : IRecordedGeneration, IDisposable
{
    private readonly TraceReader _trace;
    private readonly CpuBackend _backend = new();
    private readonly TraceDenoiser _replay;
    private readonly Dictionary<(int Boundary, int Tensor, int? Base), CpuTensor[]> _values = [];
    private readonly Dictionary<(int Boundary, int Tensor, int? Base, KernelSignature Kernel), float[]> _distances = [];
    private readonly Dictionary<(int? Base, int To), float[]> _errors = [];

    private RecordedRun(TraceReader trace)
    {
        _trace = trace;
        _replay = new TraceDenoiser(trace, _backend);
        Costs = StageCosts.Of(Layout, trace.Metadata);
        Evaluations = [.. Enumerable.Range(0, trace.Steps).Select(_replay.EvaluationAt)];
    }

    public DenoiserLayout Layout => _replay.Denoiser.Layout;

    public string Fingerprint => _trace.Metadata.GetValueOrDefault("fingerprint", "");

    public TraceReader Trace => _trace;

    public StageCosts Costs { get; }

    public IReadOnlyList<EvaluationInfo> Evaluations { get; }

    /// <summary>Opens a recorded run.</summary>
    public static RecordedRun Open(string path) => new(ReplayVerb.OpenTrace(path));

    /// <summary>Plays the run through the engine, tensors and all.</summary>
    public IReadOnlyList<EvaluationRecord> Replay(ICachePolicy policy) => _replay.Replay(policy);

    void IRecordedGeneration.Replay(ICachePolicy policy) => Replay(policy);

    public IReadOnlyList<(double Change, double Error)> ChangesAndErrors(CachePlan plan)
    {
        var distances = TableOf(plan.Measurements[0], needsReference: true);
        return [.. Enumerable.Range(1, Evaluations.Count - 1).Select(t => ((double)distances.At(t, t - 1), (double)ReuseError(plan.Kept[0], t, t - 1)))];
    }

    /// <summary>The distances of one measurement.</summary>
    /// <param name="measurement">The measurement.</param>
    /// <param name="needsReference">Whether its estimator reads a reference; where it does not, the reference is ignored.</param>
    public DistanceTable TableOf(Measurement measurement, bool needsReference)
    {
        var descriptor = Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor];
        var type = TensorType.Of(descriptor);
        var distance = measurement.Estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), descriptor.Shape);
        var key = (measurement.Boundary, measurement.Tensor, measurement.ResidualBase, new KernelSignature(needsReference ? [type, type] : [type], measurement.Estimator.ScalarCount, [distance]));
        if (!_distances.TryGetValue(key, out var table))
        {
            _distances.Add(key, table = Unknown());
        }

        return new DistanceTable(this, key, measurement.Estimator, table);
    }

    /// <summary>
    /// The error of reusing at one step what was kept at another: mean|kept_s − kept_t| / mean|f_t| at the boundary that the skip leads to, where what is
    /// kept is the state there or its residual over a base.
    /// </summary>
    public float ReuseError(KeptFeature kept, int current, int computed)
    {
        var key = (kept.Base, kept.To);
        if (!_errors.TryGetValue(key, out var table))
        {
            _errors.Add(key, table = Unknown());
        }

        ref var error = ref table[(current * Evaluations.Count) + computed];
        if (float.IsNaN(error))
        {
            var primary = Layout.Boundaries[kept.To].PrimaryIndex;
            var keptValues = ValuesOf(kept.To, primary, kept.Base);
            var states = ValuesOf(kept.To, primary, null);
            error = (float)(MeanDifference(keptValues[current].Singles, keptValues[computed].Singles) / MeanDifference(states[current].Singles, default));
        }

        return error;
    }

    /// <summary>The scalar products of what is kept of any two evaluations, as means over the elements of the primary state.</summary>
    public double[,] ProductsOf(KeptFeature kept)
    {
        var values = ValuesOf(kept.To, Layout.Boundaries[kept.To].PrimaryIndex, kept.Base);
        var products = new double[values.Length, values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                products[i, j] = products[j, i] = MeanProduct(values[i].Singles, values[j].Singles);
            }
        }

        return products;
    }

    public void Dispose()
    {
        _trace.Dispose();
        _backend.Dispose();
    }

    private float[] Unknown()
    {
        var table = new float[Evaluations.Count * Evaluations.Count];
        Array.Fill(table, float.NaN);
        return table;
    }

    private static double MeanProduct(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum / a.Length;
    }

    private static double MeanDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += Math.Abs((double)a[i] - (b.IsEmpty ? 0 : b[i]));
        }

        return sum / a.Length;
    }

    private CpuTensor[] ValuesOf(int boundary, int tensor, int? residualBase)
    {
        if (_values.TryGetValue((boundary, tensor, residualBase), out var values))
        {
            return values;
        }

        var place = Layout.Boundaries[boundary];
        var descriptor = place.Tensors[tensor];
        values = new CpuTensor[Evaluations.Count];
        var origin = residualBase is { } subtract ? Layout.Boundaries[subtract] : null;
        var subtracted = origin is null ? [] : new float[descriptor.Shape.ElementCount];
        for (var step = 0; step < values.Length; step++)
        {
            values[step] = _backend.Rent(ElementType.Float32, descriptor.Shape);
            var numbers = values[step].Singles;
            _trace.Read(step, place.Name, descriptor.Name, numbers);
            if (origin is not null)
            {
                _trace.Read(step, origin.Name, origin.Primary.Name, subtracted);
                System.Numerics.Tensors.TensorPrimitives.Subtract(numbers, subtracted, numbers);
            }
        }

        _values.Add((boundary, tensor, residualBase), values);
        return values;
    }

    /// <summary>The distances of one measurement between any two steps.</summary>
    internal readonly struct DistanceTable(RecordedRun run, (int Boundary, int Tensor, int? Base, KernelSignature Kernel) key, ISimilarityEstimator estimator, float[] distances)
    {
        /// <summary>NaN stands for unknown; a distance that is NaN is measured again each time, which is rare.</summary>
        public float At(int current, int reference)
        {
            ref var distance = ref distances[(current * run.Evaluations.Count) + reference];
            if (float.IsNaN(distance))
            {
                var values = run.ValuesOf(key.Boundary, key.Tensor, key.Base);
                var kernel = run._backend.Compile(key.Kernel);
                Span<float> scalars = stackalloc float[key.Kernel.Scalars];
                estimator.FillScalars(run.Evaluations[current], run.Evaluations[reference], scalars);
                distance = key.Kernel.Inputs.Length == 1 ? kernel.Measure([values[current]], scalars) : kernel.Measure([values[current], values[reference]], scalars);
            }

            return distance;
        }
    }
}
