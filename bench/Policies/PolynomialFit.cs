using System.Globalization;
using System.Text;

namespace CachePolicies.Bench;

/// <summary>
/// Fits TeaCache's polynomial to the sample model: records, in uncached runs, how much the modulated input and the output change from step to step, and
/// maps the one to the other by least squares, as its authors do.
/// </summary>
internal static class PolynomialFit
{
    private const int Degree = 4;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var prompts = model.Prompts(options.Prompts ?? 8);
        var steps = options.Steps ?? 100;
        var points = Record(model, prompts, steps);
        var coefficients = LeastSquares(points, Degree);
        var error = Math.Sqrt(points.Average(p => Math.Pow(Value(coefficients, p.Signal) - p.Output, 2)));
        var text = new StringBuilder("# TeaCache's polynomial for the sample model\n\n");
        text.Append(CultureInfo.InvariantCulture, $"From {points.Length} pairs of neighbouring steps ({prompts.Length} prompts, {steps} steps, both guidance branches): relative L1 of `embedded/modulated` to relative L1 of the output. {model.Description}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Coefficients, x⁴ to x⁰: {string.Join(", ", coefficients.Select(c => c.ToString("G9", CultureInfo.InvariantCulture)))}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Root mean square error {error:G3}; the identity's is {Math.Sqrt(points.Average(p => Math.Pow(p.Signal - p.Output, 2))):G3}. Signal from {points.Min(p => p.Signal):G3} to {points.Max(p => p.Signal):G3}, output from {points.Min(p => p.Output):G3} to {points.Max(p => p.Output):G3}.\n");
        options.Publish("teacache-fit.md", text.ToString());
    }

    /// <summary>The polynomial of a few uncached runs, the highest power first.</summary>
    public static double[] Fit(SampleModel model, IEnumerable<BenchPrompt> prompts, int steps) => LeastSquares(Record(model, prompts, steps), Degree);

    private static (float Signal, float Output)[] Record(SampleModel model, IEnumerable<BenchPrompt> prompts, int steps)
    {
        var recorder = new ChangeRecorder();
        var loop = model.Loop(recorder);
        foreach (var prompt in prompts)
        {
            loop.Run(model.Request(steps, prompt));
        }

        return [.. recorder.Changes.Where(c => float.IsFinite(c.Signal) && float.IsFinite(c.Output))];
    }

    /// <summary>The coefficients, the highest power first.</summary>
    private static double[] LeastSquares((float Signal, float Output)[] points, int degree)
    {
        var size = degree + 1;
        var matrix = new double[size, size + 1];
        foreach (var (signal, output) in points)
        {
            for (var row = 0; row < size; row++)
            {
                for (var column = 0; column < size; column++)
                {
                    matrix[row, column] += Math.Pow(signal, row + column);
                }

                matrix[row, size] += Math.Pow(signal, row) * output;
            }
        }

        return [.. Solve(matrix, size).Reverse()];
    }

    // Gaussian elimination with the largest pivot.
    private static double[] Solve(double[,] matrix, int size)
    {
        for (var pivot = 0; pivot < size; pivot++)
        {
            var largest = Enumerable.Range(pivot, size - pivot).MaxBy(row => Math.Abs(matrix[row, pivot]));
            for (var column = 0; column <= size; column++)
            {
                (matrix[pivot, column], matrix[largest, column]) = (matrix[largest, column], matrix[pivot, column]);
            }

            for (var row = 0; row < size; row++)
            {
                var factor = row == pivot ? 0 : matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column <= size; column++)
                {
                    matrix[row, column] -= factor * matrix[pivot, column];
                }
            }
        }

        return [.. Enumerable.Range(0, size).Select(i => matrix[i, size] / matrix[i, i])];
    }

    private static double Value(double[] coefficients, double x) => coefficients.Aggregate(0.0, (sum, c) => (sum * x) + c);

    /// <summary>Computes everything and notes both changes of each evaluation.</summary>
    private sealed class ChangeRecorder : ICachePolicy
    {
        private static readonly MeasurementKey Signal = new("modulated");
        private static readonly MeasurementKey Output = new("output");

        public string Name => "recorder";

        public List<(float Signal, float Output)> Changes { get; } = [];

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
            .Measure(Signal, MeasurementSubject.SignalAt(BoundaryRole.Embedded, "modulated"), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Measure(Output, BoundaryRole.Output, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation);

        public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

        private sealed class Session(ChangeRecorder recorder) : ICachePolicySession
        {
            public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;

            public void Complete(in EvaluationOutcome outcome) => recorder.Changes.Add((outcome.Distance(Signal), outcome.Distance(Output)));
        }
    }
}
