using System.Globalization;
using System.Numerics.Tensors;
using System.Text;
using CachePolicies.Backends.Cpu;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>
/// Estimators on a FLUX-sized feature (4096 tokens × 3072 channels, float32) against one plain read of both tensors, and the fixed cost of kernels on
/// the sample model's small ones. Everything runs on one thread.
/// </summary>
internal static class KernelBench
{
    private static readonly TensorShape Flux = new(4096, 3072);

    private static float _last;

    public static void Run(BenchOptions options)
    {
        var rounds = options.Rounds ?? 60;
        var report = new StringBuilder("# Kernels on the CPU\n");
        using var backend = new CpuBackend();
        var (a, b) = (Feature(backend, Flux, 1), Feature(backend, Flux, 2));
        Report(
            report,
            "4096 × 3072 float32, against one read of both tensors",
            Interleaved.Measure(
                rounds,
                0,
                new Contender("plain read (2 × SumOfMagnitudes)", () => Consume(TensorPrimitives.SumOfMagnitudes<float>(a.Singles) + TensorPrimitives.SumOfMagnitudes<float>(b.Singles))),
                Distance(backend, SimilarityEstimator.RelativeL1, "relative L1", a, b),
                Distance(backend, SimilarityEstimator.PooledRelativeL1(512), "PFS, divisor 512 (8 × 8)", a, b),
                Distance(backend, SimilarityEstimator.PooledRelativeL1(384), "PFS, divisor 384 (10 × 10)", a, b),
                Distance(backend, SimilarityEstimator.PooledRelativeL1(1), "PFS, divisor 1 (one window)", a, b),
                Distance(backend, SimilarityEstimator.RelativeL2, "relative L2", a, b),
                Distance(backend, SimilarityEstimator.Cosine, "cosine", a, b)));
        foreach (var shape in new[] { new TensorShape(64, 48), new TensorShape(64, 192) })
        {
            var (x, y, z) = (Feature(backend, shape, 1), Feature(backend, shape, 2), Feature(backend, shape, 3));
            Report(
                report,
                $"{shape} float32, against one read of both tensors",
                Interleaved.Measure(
                    rounds,
                    0.002,
                    new Contender("plain read (2 × SumOfMagnitudes)", () => Consume(TensorPrimitives.SumOfMagnitudes<float>(x.Singles) + TensorPrimitives.SumOfMagnitudes<float>(y.Singles))),
                    Distance(backend, SimilarityEstimator.RelativeL1, "relative L1", x, y),
                    Distance(backend, SimilarityEstimator.PooledRelativeL1(32), "PFS, divisor 32 (2 × 2)", x, y),
                    AddResidual(backend, shape, x, y, z)));
        }

        options.Publish("kernels.md", report.ToString());
    }

    /// <summary>An estimator as something that is timed.</summary>
    public static Contender Distance(CpuBackend backend, ISimilarityEstimator estimator, string name, CpuTensor a, CpuTensor b)
    {
        var type = new TensorType(ElementType.Float32, a.Shape);
        var kernel = backend.Compile(new KernelSignature([type, type], estimator.ScalarCount, [estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), a.Shape)]));
        FeatureTensor[] inputs = [a, b];
        var scalars = new float[estimator.ScalarCount];
        estimator.FillScalars(new EvaluationInfo(10, 50, 800, 0.8f), new EvaluationInfo(9, 50, 820, 0.82f), scalars);
        return new Contender(name, () => Consume(kernel.Measure(inputs, scalars)));
    }

    private static Contender AddResidual(CpuBackend backend, TensorShape shape, CpuTensor a, CpuTensor b, CpuTensor result)
    {
        var type = new TensorType(ElementType.Float32, shape);
        var kernel = backend.Compile(new KernelSignature([type, type], 0, [TensorExpression.Input(0) + TensorExpression.Input(1)]));
        FeatureTensor[] inputs = [a, b], outputs = [result];
        return new Contender("add residual", () => kernel.Run(inputs, [], outputs));
    }

    /// <summary>A feature of random numbers in [−1, 1).</summary>
    public static CpuTensor Feature(CpuBackend backend, TensorShape shape, int seed)
    {
        var tensor = backend.Rent(ElementType.Float32, shape);
        var elements = tensor.Singles;
        var random = new Random(seed);
        foreach (ref var element in elements)
        {
            element = (2 * random.NextSingle()) - 1;
        }

        return tensor;
    }

    private static void Consume(float value) => _last = value;

    private static void Report(StringBuilder report, string title, Timing[] timings)
    {
        var table = new TextTable(
            new TableColumn("", ColumnAlignment.Left), new TableColumn("median µs"), new TableColumn("best µs"), new TableColumn("ratio to the read"), new TableColumn("bytes allocated"));
        foreach (var timing in timings)
        {
            table.AddRow(
                timing.Name, Number(timing.Median * 1e6, "F1"), Number(timing.Minimum * 1e6, "F1"), Number(timing.RatioTo(timings[0]), "F2"), Number(timing.AllocatedBytes, "F0"));
        }

        report.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{timings[0].Seconds.Length} interleaved rounds on one thread, {ThreadClock.Name}; the ratio is the median of the rounds' ratios.\n\n");
        report.Append(table.ToMarkdown());
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
