namespace CachePolicies.Engine.Tests;

/// <summary>What a session computes, keeps and measures.</summary>
public sealed class DenoiserSessionTests : TinySessions
{
    [Fact]
    public void Without_skips_the_output_is_that_of_the_stages_alone()
    {
        using var session = Session(ScriptedPolicy.None, 2);
        Assert.Equal(Plain(1, 0.5f), Evaluate(session, 0, 1, 0.5f));
        Assert.Equal(Plain(2, 0.25f), Evaluate(session, 1, 2, 0.25f));
    }

    [Fact]
    public void Reuse_hands_on_the_output_of_the_last_computed_evaluation_and_runs_nothing()
    {
        using var session = Session(ScriptedPolicy.ReuseAt(1, 2), 4);
        var first = Evaluate(session, 0, 1);
        Assert.Equal(first, Evaluate(session, 1, 2));
        Assert.Equal(first, Evaluate(session, 2, 3));
        Assert.Equal([1, 1, 1, 1, 1, 1], Tiny.Runs);
        Assert.Equal(Plain(4), Evaluate(session, 3, 4));
    }

    [Fact]
    public void A_residual_is_added_to_the_fresh_base()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AddResidual(BoundaryRole.StructureProbe), 1);
        using var session = Session(policy, 2);
        Evaluate(session, 0, 1);
        var skipped = Evaluate(session, 1, 2);

        var then = PlainFeatures(1);
        var now = PlainFeatures(2);
        var detail = now["structure.probe/image"].Zip(then["detail/image"].Zip(then["structure.probe/image"], (d, p) => d - p), (p, r) => p + r).ToArray();
        Assert.Equal(Head(detail, now["embedded/vec"]), skipped);
        Assert.Equal([2, 2, 1, 1, 1, 2], Tiny.Runs);
    }

    [Fact]
    public void Text_is_approximated_beside_the_image_where_later_stages_read_it()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.StructureProbe, BoundaryRole.Structure, new AddResidual(BoundaryRole.StructureProbe), 1);
        using var session = Session(policy, 2);
        Evaluate(session, 0, 1);
        var same = Evaluate(session, 1, 1);
        var plain = Plain(1);
        Assert.All(plain.Zip(same), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal([2, 2, 1, 2, 2, 2], Tiny.Runs);
    }

    [Fact]
    public void Alignment_follows_its_formula()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe), 2);
        var observer = new RecordingObserver();
        using var session = Session(policy, 3, observer);
        Evaluate(session, 0, 1);
        Evaluate(session, 1, 2);
        var skipped = Evaluate(session, 2, 3);

        float[] Residual(int seed, string to) => [.. PlainFeatures(seed)[to].Zip(PlainFeatures(seed)["embedded/image"], (a, b) => a - b)];
        var (q, q1, q2) = (Residual(3, "structure.probe/image"), Residual(2, "structure.probe/image"), Residual(1, "structure.probe/image"));
        var (r1, r2) = (Residual(2, "detail/image"), Residual(1, "detail/image"));
        double Mean(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Average();
        var gamma = Math.Clamp(Mean(q, q2) / Mean(q1, q2), 1, 1.5);
        var now = PlainFeatures(3);
        var detail = now["embedded/image"].Select((x, i) => (float)(x + r2[i] + (gamma * (r1[i] - r2[i])))).ToArray();
        Assert.All(Head(detail, now["embedded/vec"]).Zip(skipped), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal(gamma, observer.Evaluations[2].Checks[0].Diagnostic!.Value, 1e-4);
    }

    [Fact]
    public void Extrapolation_continues_a_line()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, new Extrapolate(1), 3);
        using var session = Session(policy, 4);
        var a = Evaluate(session, 0, 1);
        var b = Evaluate(session, 1, 2);
        _ = Evaluate(session, 2, 2);
        var c = Evaluate(session, 3, 9);
        Assert.All(c.Zip(b), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void What_was_kept_is_from_evaluations_that_computed_the_whole_range()
    {
        // Evaluation 1 skips to detail, so its output is an approximation and must not be what evaluation 2 reuses.
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput).Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded)),
            (visit, _) => (visit.Evaluation.Index, visit.Boundary.Role) switch
            {
                (1, BoundaryRole.Embedded) => CacheDecision.Skip(BoundaryRole.Detail),
                (2, BoundaryRole.Latent) => CacheDecision.Skip(BoundaryRole.Output),
                _ => CacheDecision.Compute,
            });
        using var session = Session(policy, 3);
        var first = Evaluate(session, 0, 1);
        Assert.NotEqual(first, Evaluate(session, 1, 2));
        Assert.Equal(first, Evaluate(session, 2, 3));
    }

    [Theory]
    [InlineData(ReferenceUpdate.EveryEvaluation, "inf 1-0 2-1 3-2 4-3")]
    [InlineData(ReferenceUpdate.WhenFullyComputed, "inf 1-0 2-0 3-0 4-3")]
    [InlineData(ReferenceUpdate.WhenAnyComputed, "inf 1-0 2-1 3-1 4-3")]
    [InlineData(ReferenceUpdate.WhenStageComputed, "inf 1-0 2-1 3-1 4-3")]
    public void References_move_when_the_plan_says(ReferenceUpdate update, string expected)
    {
        // Evaluation 1 computes the embedding alone, 2 nothing, 0, 3 and 4 everything. The estimator tells which latents were compared.
        var seen = new List<string>();
        var policy = new ScriptedPolicy(
            p => p
                .Measure(Key, BoundaryRole.Latent, SimilarityEstimator.Create("first", (a, b, _) => a.Max() * 1000 + b.Max()), update)
                .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput)
                .Skip(BoundaryRole.Embedded, BoundaryRole.Output, Approximation.ReuseOutput),
            (visit, _) =>
            {
                if (visit.Boundary.Role == BoundaryRole.Latent)
                {
                    var distance = visit.Distance(Key);
                    seen.Add(float.IsInfinity(distance) ? "inf" : $"{(int)distance / 1000}-{(int)distance % 1000}");
                }

                return (visit.Evaluation.Index, visit.Boundary.Role) is (1, BoundaryRole.Embedded) or (2, BoundaryRole.Latent) ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute;
            });
        using var session = Session(policy, 5);
        for (var i = 0; i < 5; i++)
        {
            EvaluateLatent(session, i, Constant(i));
        }

        Assert.Equal(expected, string.Join(' ', seen));
    }

    [Fact]
    public void A_distance_is_measured_when_it_is_asked_for_and_once()
    {
        var observer = new RecordingObserver();
        var policy = new ScriptedPolicy(
            p => p
                .Measure(Key, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
                .Measure(new("never"), BoundaryRole.Latent, SimilarityEstimator.RelativeL2, ReferenceUpdate.EveryEvaluation)
                .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput),
            (visit, _) => CacheDecision.SkipBelow(visit.Distance(Key) + visit.Distance(Key), 1e-9f, BoundaryRole.Output))
        {
            Completed = (outcome, _) => outcome.Distance(Key),
        };
        using var session = Session(policy, 2, observer);
        Evaluate(session, 0, 1);
        Evaluate(session, 1, 1);
        Assert.All(observer.Evaluations, e => Assert.Same(Key, Assert.Single(e.Distances).Key));
        Assert.Equal(0, observer.Evaluations[1].Distances[0].Distance);
        Assert.Equal(ComputedShare.Skipped, observer.Evaluations[1].Share);
    }

    [Fact]
    public void The_cache_holds_what_was_estimated()
    {
        var policy = new ScriptedPolicy(
            p => p
                .Measure(Key, MeasurementSubject.Residual(BoundaryRole.Embedded, BoundaryRole.StructureProbe), SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
                .Measure(new("modulated"), MeasurementSubject.SignalAt(BoundaryRole.Embedded, "modulated"), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
                .Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe))
                .Skip(BoundaryRole.StructureProbe, BoundaryRole.Structure, new AddResidual(BoundaryRole.StructureProbe)),
            (_, _) => CacheDecision.Compute);
        var cached = new CachedDenoiser(Tiny.Denoiser, policy);
        using var session = Session(policy, 5);
        for (var i = 0; i < 5; i++)
        {
            Evaluate(session, i, i);
        }

        Assert.Equal(cached.EstimateCacheBytes(1), session.HeldCacheBytes);
        Assert.Equal(session.HeldCacheBytes + (2 * sizeof(long)) + sizeof(float), Tiny.Backend.Statistics.LiveBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Guidance_branches_are_kept_apart_in_one_call_or_two_and_may_start_late_or_be_switched_off(bool inOneCall)
    {
        // Odd evaluations reuse where there is something to reuse. The unconditional branch starts at evaluation 1 and is off at 3 and 4.
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput),
            (visit, _) => visit.Evaluation.Index % 2 == 1 && visit.CanSkip(BoundaryRole.Output) ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);
        using var session = new CachedDenoiser(Tiny.Denoiser, policy).CreateSession(
            [new LaneInfo(0, GuidanceBranch.Conditional, 6), new LaneInfo(0, GuidanceBranch.Unconditional, 6)]);
        SetPrompt(session, 2);
        float[]?[][] seen = [new float[]?[6], new float[]?[6]];
        for (var i = 0; i < 6; i++)
        {
            var latents = new FeatureTensor?[] { Tiny.Latent(i), i is 0 or 3 or 4 ? null : Tiny.Latent(10 + i) };
            var outputs = new FeatureTensor?[2];
            if (inOneCall)
            {
                session.Evaluate(new EvaluationInfo(i, 6, 0.5f, 0.5f), latents, outputs);
            }
            else
            {
                // Now the one branch first and now the other.
                FeatureTensor?[] first = i % 2 == 0 ? [latents[0], null] : [null, latents[1]], second = i % 2 == 0 ? [null, latents[1]] : [latents[0], null];
                var others = new FeatureTensor?[2];
                session.Evaluate(new EvaluationInfo(i, 6, 0.5f, 0.5f), first, outputs);
                session.Evaluate(new EvaluationInfo(i, 6, 0.5f, 0.5f), second, others);
                (outputs[0], outputs[1]) = (outputs[0] ?? others[0], outputs[1] ?? others[1]);
            }

            for (var lane = 0; lane < 2; lane++)
            {
                seen[lane][i] = outputs[lane] is { } output ? Read(output) : null;
                latents[lane]?.Release();
            }
        }

        Assert.Equal([Plain(0), Plain(0), Plain(2), Plain(2), Plain(4), Plain(4)], seen[0]);
        Assert.Equal([null, Plain(11), Plain(12), null, null, Plain(12)], seen[1]);
    }

    [Fact]
    public void A_step_allocates_nothing_in_steady_state()
    {
        var policy = new ScriptedPolicy(
            p => p
                .Measure(Key, BoundaryRole.Structure, SimilarityEstimator.PooledRelativeL1(2), ReferenceUpdate.WhenFullyComputed)
                .Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe))
                .Skip(BoundaryRole.Structure, BoundaryRole.Output, Approximation.ReuseOutput),
            static (visit, _) => visit.Boundary.Role == BoundaryRole.StructureProbe
                ? visit.Evaluation.Index % 3 == 1 && visit.CanSkip(BoundaryRole.Detail) ? CacheDecision.Skip(BoundaryRole.Detail) : CacheDecision.Compute
                : CacheDecision.SkipBelow(visit.Distance(Key), 0.5f, BoundaryRole.Output));
        using var session = Session(policy, 400);
        var latents = new FeatureTensor?[] { Tiny.Latent(1) };
        var outputs = new FeatureTensor?[1];
        void Steps(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                session.Evaluate(new EvaluationInfo(i, 400, i / 400f, 0), latents, outputs);
                outputs[0]!.Release();
            }
        }

        Steps(0, 200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Steps(200, 400);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        latents[0]!.Release();
    }
}
