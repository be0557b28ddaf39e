using CachePolicies;
using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>One policy's line in the table.</summary>
internal sealed record PolicyRow(string Name, double SecondsPerStep, double Speedup, double Ideal, double BytesPerStep);

/// <summary>Generations of a staged model for timing.</summary>
internal sealed class BackendRun(StagedDenoiser denoiser, int steps, int rounds, BenchClock clock)
{
    /// <summary>The mean time of each stage in instrumented runs that compute everything.</summary>
    public double[] StageSeconds()
    {
        var watch = new StageWatch(denoiser.Layout.Stages.Length);
        var loop = Loop(CachePolicies.Policies.CachePolicy.None, clock);
        loop.Run(Request());
        for (var round = 0; round < rounds; round++)
        {
            loop.Run(Request(), watch);
        }

        return watch.Means();
    }

    /// <summary>
    /// Times each policy under scripted decisions against the loop that computes everything, round by round. The ideal speed-up follows from the stages
    /// that ran and their times alone.
    /// </summary>
    public IReadOnlyList<PolicyRow> Policies(ICachePolicy[] policies, double[] stages)
    {
        var loops = policies.Select(p => Loop(p.Name == "None" ? p : new ScriptedDecisions(p), clock)).ToArray();
        var counts = loops.Select(CountStages).ToArray();
        var seconds = policies.Select(_ => new double[rounds]).ToArray();
        var bytes = new double[policies.Length];
        for (var round = -2; round < rounds; round++)
        {
            for (var turn = 0; turn < loops.Length; turn++)
            {
                var i = (turn + round + 2) % loops.Length;
                var (time, allocated) = Time(loops[i]);
                bytes[i] = allocated;
                if (round >= 0)
                {
                    seconds[i][round] = time;
                }
            }
        }

        var everything = stages.Sum() * steps;
        return
        [
            .. policies.Select((p, i) => new PolicyRow(
                p.Name,
                Statistics.Median(seconds[i]) / steps,
                Statistics.Median([.. seconds[0].Zip(seconds[i], (all, mine) => all / mine)]),
                everything / counts[i].Zip(stages, (count, time) => count * time).Sum(),
                bytes[i] / steps)),
        ];
    }

    /// <summary>The times of single checks of the latent and of the structure, in seconds.</summary>
    public IEnumerable<(string Name, double Seconds)> Checks()
    {
        foreach (var role in new[] { BoundaryRole.Latent, BoundaryRole.Structure })
        {
            var tensor = denoiser.Layout.Require(role).Primary;
            var type = TensorType.Of(tensor);
            var shape = tensor.Shape;
            FeatureTensor[] features = [Feature(tensor, 1), Feature(tensor, 2)];
            foreach (var (name, estimator) in new[]
            {
                ("PFS, divisor 512", SimilarityEstimator.PooledRelativeL1(512)),
                ("PFS, divisor 16", SimilarityEstimator.PooledRelativeL1(16)),
                ("relative L1", SimilarityEstimator.RelativeL1),
            })
            {
                var kernel = denoiser.Backend.Compile(new KernelSignature([type, type], 0, [estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape)]));
                yield return ($"{name}, on {shape}", TimeOf(() => kernel.Measure(features, [])));
            }

            Array.ForEach(features, f => f.Release());
        }
    }

    private double TimeOf(Action action)
    {
        const int Repeats = 200;
        var times = new double[9];
        for (var round = -1; round < times.Length; round++)
        {
            var start = clock.Seconds;
            for (var i = 0; i < Repeats; i++)
            {
                action();
            }

            if (round >= 0)
            {
                times[round] = (clock.Seconds - start) / Repeats;
            }
        }

        return Statistics.Median(times);
    }

    private (double Seconds, long Allocated) Time(DenoisingLoop loop)
    {
        using var generation = loop.Start(Request());
        generation.MoveNext();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = clock.Seconds;
        while (generation.MoveNext())
        {
        }

        var seconds = clock.Seconds - start;
        return (seconds * steps / (steps - 1), GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    private int[] CountStages(DenoisingLoop loop)
    {
        var watch = new StageWatch(denoiser.Layout.Stages.Length);
        loop.Run(Request(), watch);
        return watch.Counts();
    }

    private DenoisingLoop Loop(ICachePolicy policy, TimeProvider time) =>
        new(new CachedDenoiser(denoiser, policy, new CachedDenoiserOptions { TimeProvider = time }), new FlowMatchEulerSampler());

    private GenerationRequest Request()
    {
        var layout = denoiser.Layout;
        var noise = Waves(layout.Latent.Primary.Shape.ElementCount, 1);
        var inputs = new Dictionary<string, InputValue>();
        foreach (var input in layout.Inputs.Where(i => i.Name is not (DenoiserLayout.TimestepInput or DenoiserLayout.SigmaInput)))
        {
            inputs[input.Name] = input.ElementType == ElementType.Int64 ? new long[input.Shape.ElementCount] : Waves(input.Shape.ElementCount, 2);
        }

        return new GenerationRequest(steps, [new GenerationSample(noise, inputs)]);
    }

    private FeatureTensor Feature(TensorDescriptor descriptor, int seed)
    {
        var tensor = denoiser.Backend.Rent(descriptor.ElementType, descriptor.Shape);
        denoiser.Backend.Upload(Waves(descriptor.Shape.ElementCount, seed), tensor);
        return tensor;
    }

    private static float[] Waves(long count, int seed)
    {
        var numbers = new float[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = 1.4f * MathF.Sin((seed * 1.7f) + (i * 0.37f));
        }

        return numbers;
    }

    /// <summary>Keeps the times of stages.</summary>
    private sealed class StageWatch(int stages) : IEvaluationObserver
    {
        private readonly List<double>[] _seconds = [.. Enumerable.Range(0, stages).Select(_ => new List<double>())];

        public void StageCompleted(in StageRecord record) => _seconds[record.Stage].Add(record.Elapsed.TotalSeconds);

        public double[] Means() => [.. _seconds.Select(s => s.Average())];

        public int[] Counts() => [.. _seconds.Select(s => s.Count)];
    }
}
