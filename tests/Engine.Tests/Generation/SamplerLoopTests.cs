using CachePolicies.Engine.Tests.Sampling;

namespace CachePolicies.Engine.Tests.Generation;

/// <summary>What the loop makes of samplers that keep, hold, limit and add noise.</summary>
public sealed class SamplerLoopTests : IDisposable
{
    private const int Steps = 6;
    private readonly TinyDenoiser _tiny = new();

    public void Dispose()
    {
        Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        _tiny.Dispose();
    }

    [Theory]
    [MemberData(nameof(AllSamplers.Names), MemberType = typeof(AllSamplers))]
    public void Every_sampler_on_the_device_is_what_it_is_in_plain_numbers(string name)
    {
        var sampler = AllSamplers.ByName[name];
        using var recorded = new RecordedOutputs();
        var request = RecordedOutputs.Request(Steps, guidance: 3, seeds: [1, 2]);
        var actual = new DenoisingLoop(new CachedDenoiser(recorded.Denoiser, ScriptedPolicy.None), sampler).Run(request);
        for (var sample = 0; sample < 2; sample++)
        {
            for (var element = 0; element < RecordedOutputs.Elements; element++)
            {
                var (call, draw) = (0, 0);
                var schedule = sampler.CreateSchedule(Steps);
                var expected = PlainSampler.Integrate(
                    schedule,
                    request.Samples[sample].Noise.Span[element] * schedule.InitialScale,
                    (_, _) => RecordedOutputs.Guided(call++, sample, element, 3),
                    () => RecordedOutputs.Noise(draw++, element));
                Assert.Equal(expected, actual[sample][element], 1e-4 * Math.Max(10, Math.Abs(expected)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllSamplers.Names), MemberType = typeof(AllSamplers))]
    public void A_step_allocates_nothing(string name)
    {
        var picture = TinyDenoiser.Sample(9).Noise;
        var sample = TinyDenoiser.Sample(4) with
        {
            FreshNoise = () => destination => destination.Fill(0.5f),
            Picture = picture,
            Mask = picture.ToArray().Select(x => x > 0 ? 1f : 0).ToArray(),
        };
        var request = new GenerationRequest(20, [sample], 3) { GuidanceRescale = 0.7f };
        long Steps()
        {
            using var generation = _tiny.Loop(ScriptedPolicy.None, sampler: AllSamplers.ByName[name]).Start(request);
            for (var i = 0; i < 12; i++)
            {
                generation.MoveNext();
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            while (generation.MoveNext())
            {
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Steps();
        Assert.Equal(0, Steps());
    }

    [Fact]
    public void A_request_with_fresh_noise_gives_the_same_each_time_it_is_generated()
    {
        var sample = TinyDenoiser.Sample(4) with { FreshNoise = () => Source(new Random(5)) };
        var loop = _tiny.Loop(ScriptedPolicy.None, sampler: new EulerAncestralSampler());
        var request = new GenerationRequest(6, [sample], 3);
        Assert.Equal(loop.Run(request)[0], loop.Run(request)[0]);
        var message = Assert.Throws<ArgumentException>(() => loop.Run(new GenerationRequest(6, [TinyDenoiser.Sample(4)], 3))).Message;
        Assert.Contains("'euler-ancestral' adds noise at each step; give sample 0 FreshNoise", message, StringComparison.Ordinal);

        static NoiseDraw Source(Random random) => destination =>
        {
            foreach (ref var number in destination)
            {
                number = (float)random.NextDouble();
            }
        };
    }

    [Theory]
    [InlineData("heun Even")]
    [InlineData("unipc 2 Epsilon")]
    [InlineData("dpm 3 Epsilon")]
    [InlineData("flow heun")]
    [InlineData("pndm")]
    public void Policies_see_one_evaluation_after_another_at_the_level_of_each(string name)
    {
        var sampler = AllSamplers.ByName[name];
        var observer = new RecordingObserver();
        _tiny.Loop(ScriptedPolicy.ReuseAt(3, 4, 6), sampler: sampler).Run(TinyDenoiser.Request(Steps, 1), observer);
        var schedule = sampler.CreateSchedule(Steps);
        Assert.Equal(schedule.Evaluations.Select((_, i) => schedule.InfoAt(i)), observer.Evaluations.Select(e => e.Evaluation));
        Assert.Equal([.. new[] { 3, 4, 6 }.Where(i => i < schedule.Evaluations.Length)], observer.Evaluations.Where(e => e.Share == ComputedShare.Skipped).Select(e => e.Evaluation.Index));
        Assert.All(observer.Evaluations.Zip(observer.Evaluations.Skip(1)), pair => Assert.True(pair.Second.Evaluation.Sigma <= pair.First.Evaluation.Sigma));
        Assert.All(observer.Evaluations.Zip(observer.Evaluations.Skip(1)), pair => Assert.Equal(pair.Second.Evaluation.Sigma, pair.First.Evaluation.NextSigma));
        Assert.Equal(0, observer.Evaluations[^1].Evaluation.NextSigma);
    }

    [Fact]
    public void Reuse_within_a_step_of_second_order_makes_it_a_step_of_first_order()
    {
        // Heun's second evaluation answered with the first one's output is Euler's step: (v + v)/2 = v.
        var everySecond = ScriptedPolicy.ReuseAt(1, 3, 5, 7, 9);
        var cached = _tiny.Loop(everySecond, sampler: new FlowMatchHeunSampler(2)).Run(TinyDenoiser.Request(Steps, 1))[0];
        var euler = _tiny.Loop(ScriptedPolicy.None, sampler: new FlowMatchEulerSampler(2)).Run(TinyDenoiser.Request(Steps, 1))[0];
        Assert.All(euler.Zip(cached), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    /// <summary>A denoiser whose outputs do not depend on what it is given, so that plain code can follow.</summary>
    private sealed class RecordedOutputs : IDisposable
    {
        public const int Elements = 5;
        private static readonly TensorDescriptor Latent = new("latent", TensorKind.State, ElementType.Float32, new TensorShape(1, Elements));
        private static readonly TensorDescriptor Seed = new("seed", TensorKind.Conditioning, ElementType.Float32, new TensorShape(1), ConditioningLifetime.Generation);
        private static readonly TensorDescriptor Timestep = new(DenoiserLayout.TimestepInput, TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar);
        private readonly Backends.Cpu.CpuBackend _backend = new();
        private int _call;

        public RecordedOutputs()
        {
            var layout = new DenoiserLayout(
                "recorded", [Timestep, Seed], [new("latent", BoundaryRole.Latent, Latent), new("output", BoundaryRole.Output, Latent)], [new("reply", "latent/latent", "seed")]);
            Denoiser = new StagedDenoiser(layout, [new Backends.Cpu.CpuStage("reply", Reply)], _backend);
        }

        public StagedDenoiser Denoiser { get; }

        public static float Noise(int draw, int element) => MathF.Sin((draw * 7) + element);

        public static GenerationRequest Request(int steps, float guidance, params int[] seeds) => new(
            steps,
            [.. seeds.Select(seed => new GenerationSample(Enumerable.Range(0, Elements).Select(e => MathF.Cos(seed + (e * 3))).ToArray(), Inputs(seed), Inputs(seed + 100))
            {
                FreshNoise = () =>
                {
                    var draw = 0;
                    return destination =>
                    {
                        for (var element = 0; element < Elements; element++)
                        {
                            destination[element] = Noise(draw, element);
                        }

                        draw++;
                    };
                },
            })],
            guidance);

        public static double Guided(int call, int sample, int element, double guidance)
        {
            var (c, u) = (Value(call, sample + 1, element), Value(call, sample + 101, element));
            return u + (guidance * (c - u));
        }

        public void Dispose()
        {
            Assert.Equal(0, _backend.Statistics.LiveTensors);
            _backend.Dispose();
        }

        private static Dictionary<string, InputValue> Inputs(int seed) => new() { ["seed"] = new float[] { seed } };

        private static float Value(int call, int seed, int element) => MathF.Sin((call * 2.3f) + seed + (element * 1.7f));

        private void Reply(Backends.Cpu.CpuTensors inputs, Backends.Cpu.CpuTensors outputs, int rows)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var element = 0; element < Elements; element++)
                {
                    outputs[0].Singles[(row * Elements) + element] = Value(_call, (int)inputs[1].Singles[row], element);
                }
            }

            _call++;
        }
    }
}
