namespace CachePolicies.Engine.Tests.Generation;

public sealed class GenerationTests : IDisposable
{
    private readonly TinyDenoiser _tiny = new();

    public void Dispose()
    {
        Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        _tiny.Dispose();
    }

    [Fact]
    public void Without_skips_a_generation_is_a_plain_loop_over_the_stages()
    {
        var request = TinyDenoiser.Request(12);
        var actual = _tiny.Loop(ScriptedPolicy.None).Run(request)[0];
        var z = request.Samples[0].Noise.ToArray();
        for (var i = 0; i < 12; i++)
        {
            var (sigma, next) = ((12 - i) / 12.0, (11 - i) / 12.0);
            var (c, u) = (Plain(z, (float)sigma, 1, 0), Plain(z, (float)sigma, 0, 0));
            var h = (float)(next - sigma);
            z = [.. z.Select((x, k) => ((1f * x) + (h * 3f * c[k])) + (h * (1 - 3f) * u[k]))];
        }

        Assert.All(z.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_sample_of_a_batch_is_what_it_is_alone_even_where_lanes_decide_differently()
    {
        // Lanes skip at evaluations that differ by sample and branch, so that batches of 1 to 6 rows occur.
        var policy = new ScriptedPolicy(
            p => p
                .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput)
                .Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe)),
            (visit, lane) => visit.CanSkip(visit.Boundary.Role == BoundaryRole.Latent ? BoundaryRole.Output : BoundaryRole.Detail) &&
                (visit.Evaluation.Index + (lane.Sample == 0 ? 1 : 0) + (int)lane.Branch) % 3 == (visit.Boundary.Role == BoundaryRole.Latent ? 0 : 1)
                    ? CacheDecision.Skip(visit.Boundary.Role == BoundaryRole.Latent ? BoundaryRole.Output : BoundaryRole.Detail)
                    : CacheDecision.Compute);

        // Alone every sample is number 0, so the script must not depend on more than the branch for the comparison.
        var byBranch = new ScriptedPolicy(
            p => policy.Plan(p.Layout),
            (visit, lane) => policy.CreateSession(lane with { Sample = 0 }).Decide(visit));
        foreach (var execution in Enum.GetValues<LaneExecution>())
        {
            var loop = _tiny.Loop(byBranch, new CachedDenoiserOptions { LaneExecution = execution });
            var together = loop.Run(TinyDenoiser.Request(20, 3, 4, 5, 6));
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(loop.Run(TinyDenoiser.Request(20, 3, 4 + i))[0], together[i]);
            }
        }

        var mixed = _tiny.Loop(policy).Run(TinyDenoiser.Request(20, 3, 4, 5, 6));
        Assert.Equal(_tiny.Loop(policy).Run(TinyDenoiser.Request(20, 3, 4))[0], mixed[0]);
    }

    [Fact]
    public void One_decision_for_the_batch_skips_only_where_all_agree()
    {
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput),
            (visit, lane) => visit.Evaluation.Index >= 2 && (visit.Evaluation.Index == 5 || lane.Sample == 0) ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);
        var observer = new RecordingObserver();
        _tiny.Loop(policy, new CachedDenoiserOptions { DecisionScope = DecisionScope.WholeBatch }).Run(TinyDenoiser.Request(8, 1, 1, 2), observer);
        Assert.All(observer.Evaluations, e => Assert.Equal(e.Evaluation.Index == 5 ? ComputedShare.Skipped : ComputedShare.Full, e.Share));
        Assert.Contains(observer.Evaluations, e => e.Checks is [{ Decision.IsSkip: true, Taken: false }]);
    }

    [Fact]
    public void Sixteen_generations_at_once_equal_the_same_one_after_another()
    {
        var policies = new ICachePolicy[]
        {
            ScriptedPolicy.None,
            ScriptedPolicy.ReuseAt(3, 4, 9),
            ScriptedPolicy.SkipAt(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe), 2, 3, 7),
            ScriptedPolicy.SkipAt(BoundaryRole.Embedded, BoundaryRole.Detail, new Extrapolate(2, BoundaryRole.Embedded), 5, 6, 8),
        };
        var loops = policies.Select(p => _tiny.Loop(p)).ToArray();
        var requests = Enumerable.Range(0, 16).Select(i => TinyDenoiser.Request(10 + i, 2 + (i % 3), i, i + 1)).ToArray();
        var serial = requests.Select((r, i) => loops[i % 4].Run(r)).ToArray();
        var parallel = new float[16][][];
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => parallel[i] = loops[i % 4].Run(requests[i]));
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(serial[i][0], parallel[i][0]);
            Assert.Equal(serial[i][1], parallel[i][1]);
        }
    }

    [Fact]
    public void Cancellation_before_any_stage_leaves_no_lease_and_the_denoiser_usable()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe), 2);
        var loop = _tiny.Loop(policy);
        var expected = loop.Run(TinyDenoiser.Request(4))[0];
        for (var cancelAt = 0; cancelAt < 24; cancelAt++)
        {
            using var source = new CancellationTokenSource();
            var stages = 0;
            _tiny.BeforeStage = _ =>
            {
                if (stages++ == cancelAt)
                {
                    source.Cancel();
                }
            };
            using var generation = loop.Start(TinyDenoiser.Request(4));
            var cancelled = false;
            try
            {
                while (generation.MoveNext(source.Token))
                {
                }
            }
            catch (OperationCanceledException)
            {
                cancelled = true;
            }

            Assert.Equal(stages < 21, cancelled);
            Assert.InRange(stages, cancelAt < 21 ? cancelAt + 1 : 21, cancelAt + 1);
            generation.Dispose();
            Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        }

        _tiny.BeforeStage = null;
        Assert.Equal(expected, loop.Run(TinyDenoiser.Request(4))[0]);
    }

    [Fact]
    public void A_failing_stage_is_named_its_leases_return_and_the_next_generation_works()
    {
        var loop = _tiny.Loop(ScriptedPolicy.ReuseAt(2));
        var expected = loop.Run(TinyDenoiser.Request(4))[0];
        for (var failAt = 0; failAt < 18; failAt++)
        {
            var stages = 0;
            _tiny.BeforeStage = _ => _ = stages++ == failAt ? throw new InvalidDataException("out of order") : 0;
            var failure = Assert.Throws<StageFailedException>(() => loop.Run(TinyDenoiser.Request(4)));
            Assert.Equal(TinyDenoiser.StageNames[failAt % 6], failure.Stage);
            Assert.Contains("out of order", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"evaluation {(failAt < 12 ? failAt / 6 : 3)} of 4", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        }

        _tiny.BeforeStage = null;
        Assert.Equal(expected, loop.Run(TinyDenoiser.Request(4))[0]);
    }

    [Fact]
    public void Guidance_of_one_evaluates_the_conditional_branch_alone()
    {
        var observer = new RecordingObserver();
        _tiny.Loop(ScriptedPolicy.None).Run(TinyDenoiser.Request(3, 1), observer);
        Assert.All(observer.Evaluations, e => Assert.Equal(GuidanceBranch.Conditional, e.Lane.Branch));
        Assert.Equal(3, observer.Evaluations.Count);
    }

    [Fact]
    public void A_second_order_sampler_counts_evaluations_and_not_steps()
    {
        var observer = new RecordingObserver();
        _tiny.Loop(ScriptedPolicy.ReuseAt(3), sampler: new FlowMatchHeunSampler()).Run(TinyDenoiser.Request(4, 1), observer);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], observer.Evaluations.Select(e => e.Evaluation.Index));
        Assert.All(observer.Evaluations, e => Assert.Equal(7, e.Evaluation.Count));
        Assert.Equal(3, Assert.Single(observer.Evaluations, e => e.Share == ComputedShare.Skipped).Evaluation.Index);
    }

    [Fact]
    public void Requests_that_do_not_fit_the_model_are_refused_with_what_would()
    {
        var loop = _tiny.Loop(ScriptedPolicy.None);
        var good = TinyDenoiser.Sample(1);
        void Refused(string message, GenerationRequest request) => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => loop.Start(request)).Message, StringComparison.Ordinal);
        Refused("1 to 1000", new(0, [good]));
        Refused("1 to 1000", new(1001, [good]));
        Refused("at least one sample", new(3, []));
        Refused("finite and at least 0", new(3, [good], float.NaN));
        Refused("finite and at least 0", new(3, [good], -1));
        Refused("finite and at least 0", new(3, [good], float.PositiveInfinity));
        Refused("needs 24", new(3, [good with { Noise = new float[23] }]));
        Refused("of sample 1 has 30 numbers", new(3, [good, good with { Noise = new float[30] }]));
        Refused("unconditional branch", new(3, [good with { Unconditional = null }], 3));
        Refused("'prompt' of 'tiny' is missing", new(3, [good with { Conditional = new Dictionary<string, InputValue>() }]));
        Refused("not an input", new(3, [good with { Conditional = new Dictionary<string, InputValue> { ["prompt"] = new long[2], ["guidance"] = new float[1] } }]));
        Refused("3 integers", new(3, [good with { Conditional = new Dictionary<string, InputValue> { ["prompt"] = new long[3] } }]));
        Refused("floating-point", new(3, [good with { Conditional = new Dictionary<string, InputValue> { ["prompt"] = new float[2] } }]));
        Refused("filled by the engine", new(3, [good with { Conditional = new Dictionary<string, InputValue> { ["prompt"] = new long[2], ["timestep"] = new float[1] } }]));
    }

    private float[] Plain(float[] z, float timestep, long first, long second)
    {
        var single = new GenerationRequest(1, [new GenerationSample(z, new Dictionary<string, InputValue> { ["prompt"] = new[] { first, second } })]);
        var loop = new DenoisingLoop(new CachedDenoiser(_tiny.Denoiser, ScriptedPolicy.None), new OneEvaluation(timestep));
        return loop.Run(single)[0];
    }

    /// <summary>Returns the denoiser's output itself.</summary>
    private sealed class OneEvaluation(float timestep) : ISampler
    {
        public string Name => "one";

        public SamplingSchedule CreateSchedule(int steps) => new(1, [new SamplingEvaluation(0, timestep, timestep, new SamplerUpdate(0, [1]))]);
    }
}
