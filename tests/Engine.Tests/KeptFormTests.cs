namespace CachePolicies.Engine.Tests;

/// <summary>What approximations keep, what they read of the sample's other lane, and where they are not defined.</summary>
public sealed class KeptFormTests : IDisposable
{
    private static readonly LaneInfo[] Branches = [new(0, GuidanceBranch.Conditional, 4), new(0, GuidanceBranch.Unconditional, 4)];

    private readonly TinyDenoiser _tiny = new();

    public void Dispose()
    {
        Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        _tiny.Dispose();
    }

    [Theory]
    [InlineData(1f, -0.8f)]
    [InlineData(1.25f, -0.75f)]
    public void Reuse_of_the_clean_picture_answers_with_the_velocity_that_leads_to_it(float a, float b)
    {
        var forecast = new LinearForecast(new TaylorWeights(0), BoundaryRole.Latent, ForecastSubject.CleanPicture);
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, forecast, 1), Branches[..1]);
        var (z0, z1) = (Latent(1), Latent(2));
        var v0 = Evaluate(session, At(0) with { Clean = new(a, b) }, z0)[0]!;
        var runs = _tiny.Runs.Sum();
        var v1 = Evaluate(session, At(1) with { Clean = new(1, -0.5f) }, z1)[0]!;

        Assert.Equal(runs, _tiny.Runs.Sum());
        Assert.Equal(z0.Zip(v0, (z, v) => (a * z) + (b * v)).Zip(z1, (x, z) => (z - x) / 0.5f), v1, (x, y) => Math.Abs(x - y) < 1e-4f);
    }

    [Fact]
    public void A_lane_reads_what_the_conditional_lane_keeps()
    {
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, new Halfway(), 1), Branches);
        var z = Latent(3);
        var computed = Evaluate(session, At(0), z, z);
        var skipped = Evaluate(session, At(1), z, z);

        Assert.Equal(computed[0], skipped[0]);
        Assert.Equal(computed[0]!.Zip(computed[1]!, (c, u) => (0.5f * c) + (0.5f * u)), skipped[1]!, (x, y) => Math.Abs(x - y) < 1e-6f);
    }

    [Fact]
    public void Lanes_that_kept_other_evaluations_than_the_conditional_one_compute()
    {
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, new Halfway(), 2), Branches);
        var z = Latent(3);
        Evaluate(session, At(0), z, z);
        Evaluate(session, At(1), z, null);
        var runs = _tiny.Runs[0];
        Evaluate(session, At(2), z, z);

        // The conditional lane skips; the other one kept evaluation 0 and not 1.
        Assert.Equal(runs + 1, _tiny.Runs[0]);
    }

    [Fact]
    public void The_latent_as_it_was_is_kept_without_a_copy()
    {
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, new LatentThen(), 1), Branches[..1]);
        var (z0, z1) = (Latent(1), Latent(2));
        Evaluate(session, At(0), z0);
        Assert.Equal(z0.Zip(z1, (x, y) => y - x), Evaluate(session, At(1), z1)[0]!, (x, y) => Math.Abs(x - y) < 1e-6f);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_forecast_whose_weights_are_not_finite_computes(double weight)
    {
        var forecast = new LinearForecast(new Constant(weight));
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, forecast, 2), Branches[..1]);
        Evaluate(session, At(0), Latent(1));
        Evaluate(session, At(1), Latent(1));
        Evaluate(session, At(2), Latent(1));
        Assert.All(_tiny.Runs, runs => Assert.Equal(3, runs));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_history_that_is_not_finite_computes(float number)
    {
        var z = Latent(1);
        using var session = Session(ScriptedPolicy.SkipAt(BoundaryRole.Latent, BoundaryRole.Output, new LinearForecast(new TaylorWeights(1), BoundaryRole.Latent, ForecastSubject.Residual), 1, 2), Branches[..1]);
        Evaluate(session, At(0), [number, .. z.Skip(1)]);
        Evaluate(session, At(1), z);
        Assert.All(_tiny.Runs, runs => Assert.Equal(2, runs));
    }

    [Fact]
    public void Branches_of_a_sample_that_decide_together_skip_where_both_want_to()
    {
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput).Together(DecisionScope.PerSample),
            (visit, lane) => visit.Evaluation.Index == 2 || (visit.Evaluation.Index > 0 && lane.Branch == GuidanceBranch.Conditional && lane.Sample == 0)
                ? CacheDecision.Skip(BoundaryRole.Output)
                : CacheDecision.Compute);
        var observer = new RecordingObserver();
        _tiny.Loop(policy).Run(TinyDenoiser.Request(4, 3, 1, 2), observer);
        Assert.All(observer.Evaluations, e => Assert.Equal(e.Evaluation.Index == 2 ? ComputedShare.Skipped : ComputedShare.Full, e.Share));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Branches_in_calls_of_their_own_follow_the_first(bool firstSkips)
    {
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput).Together(DecisionScope.PerSample),
            (visit, lane) => visit.Evaluation.Index > 0 && lane.Branch == GuidanceBranch.Conditional == firstSkips ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);
        using var session = Session(policy, Branches);
        for (var index = 0; index < 3; index++)
        {
            Evaluate(session, At(index), Latent(1), null);
            Evaluate(session, At(index), null, Latent(1));
        }

        Assert.Equal(firstSkips ? 2 : 6, _tiny.Runs[0]);
    }

    private static EvaluationInfo At(int index) => new(index, 4, 1 - (index / 4f), 1 - (index / 4f));

    private static float[] Latent(int seed) => TinyDenoiser.Sample(seed).Noise.ToArray();

    private DenoiserSession Session(ICachePolicy policy, LaneInfo[] lanes)
    {
        var session = new CachedDenoiser(_tiny.Denoiser, policy).CreateSession(lanes);
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var prompt = _tiny.Backend.Rent(ElementType.Int64, new TensorShape(2));
            _tiny.Backend.Upload((ReadOnlySpan<long>)[3 - lane, lane], prompt);
            session.SetInput(lane, "prompt", prompt);
            prompt.Release();
        }

        return session;
    }

    private float[]?[] Evaluate(DenoiserSession session, in EvaluationInfo evaluation, params float[]?[] latents)
    {
        FeatureTensor?[] given = [.. latents.Select(Upload)];
        var outputs = new FeatureTensor?[given.Length];
        try
        {
            session.Evaluate(evaluation, given, outputs);
            return [.. outputs.Select(Download)];
        }
        finally
        {
            foreach (var tensor in given.Concat(outputs))
            {
                tensor?.Release();
            }
        }
    }

    private FeatureTensor? Upload(float[]? numbers)
    {
        if (numbers is null)
        {
            return null;
        }

        var tensor = _tiny.Backend.Rent(ElementType.Float32, new TensorShape(6, 4));
        _tiny.Backend.Upload(numbers, tensor);
        return tensor;
    }

    private float[]? Download(FeatureTensor? tensor)
    {
        if (tensor is null)
        {
            return null;
        }

        var numbers = new float[tensor.Shape.ElementCount];
        _tiny.Backend.Download(tensor, numbers);
        return numbers;
    }

    /// <summary>Halfway between what the lane and what the conditional lane computed last.</summary>
    private sealed record Halfway : Approximation
    {
        public override bool ReadsConditional => true;

        public override TensorExpression Build(ApproximationOperands operands) => (0.5f * operands.Conditional(0)) + (0.5f * operands.Kept(0));
    }

    /// <summary>How far the latent went.</summary>
    private sealed record LatentThen : Approximation
    {
        public override BoundaryRef? Base => BoundaryRole.Latent;

        public override System.Collections.Immutable.ImmutableArray<KeptForm> Forms => [KeptForm.CleanPicture, KeptForm.BaseState];

        public override TensorExpression Build(ApproximationOperands operands) => operands.Base - operands.Kept(0, 1);
    }

    private sealed record Constant(double Weight) : ForecastWeights
    {
        public override int MaximumHistory => 2;

        public override bool TryFill(in SkipPoint point, Span<double> weights)
        {
            weights.Fill(Weight);
            return true;
        }
    }
}
