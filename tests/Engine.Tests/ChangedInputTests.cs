using CachePolicies.Backends.Cpu;

namespace CachePolicies.Engine.Tests;

/// <summary>What a session does when conditioning changes in mid-run, and when a lane is left out for a while.</summary>
public sealed class ChangedInputTests : IDisposable
{
    private readonly CpuBackend _backend = new();
    private readonly RecordingObserver _records = new();

    private static ScriptedPolicy Reusing { get; } = new(
        p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, new Extrapolate(1)),
        (visit, _) => visit.Evaluation.Index > 0 ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
    }

    [Fact]
    public void A_generations_input_that_is_set_again_makes_the_next_evaluation_compute_and_forget()
    {
        using var session = Session(ConditioningLifetime.Generation);
        Set(session, 5);
        Assert.Equal([1005f, 1005f], new[] { Evaluate(session, 0), Evaluate(session, 1) });

        Set(session, 7);
        Assert.Equal(1207f, Evaluate(session, 2));
        Assert.Equal("input changed", _records.Evaluations[^1].Checks[0].Decision.Reason);
        Assert.Equal(sizeof(float), session.HeldCacheBytes);

        // What came before the change is not extrapolated from.
        Assert.Equal(1207f, Evaluate(session, 3));
    }

    [Fact]
    public void An_input_that_is_set_before_each_evaluation_changes_nothing_and_one_that_had_stayed_does()
    {
        using var session = Session(ConditioningLifetime.Evaluation);
        for (var i = 0; i < 4; i++)
        {
            Set(session, i);
            Evaluate(session, i);
        }

        Assert.Equal("Csss", Letters());
        Evaluate(session, 4);
        Set(session, 9);
        Evaluate(session, 5);
        Assert.Equal("CssssC", Letters());
    }

    [Fact]
    public void Setting_an_input_twice_before_the_first_evaluation_changes_nothing()
    {
        using var session = Session(ConditioningLifetime.Generation);
        Set(session, 5);
        Set(session, 6);
        Evaluate(session, 0);
        Evaluate(session, 1);
        Assert.Equal("Cs", Letters());
    }

    [Fact]
    public void Only_the_lane_whose_input_changed_computes()
    {
        using var session = Session(ConditioningLifetime.Generation, lanes: 3);
        for (var lane = 0; lane < 3; lane++)
        {
            Set(session, 5, lane);
        }

        EvaluateAll(session, 0, 3);
        Set(session, 6, lane: 2);
        EvaluateAll(session, 1, 3);
        Assert.Equal(
            [ComputedShare.Skipped, ComputedShare.Skipped, ComputedShare.Full], _records.Evaluations.TakeLast(3).OrderBy(r => r.Lane.Branch).Select(r => r.Share));
    }

    [Fact]
    public void The_slope_from_before_a_gap_is_not_extrapolated()
    {
        var policy = new ScriptedPolicy(
            p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, new Extrapolate(1)),
            (visit, _) => visit.Evaluation.Index is 2 or 9 ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);
        using var session = Session(ConditioningLifetime.Generation, policy: policy);
        Set(session, 0);
        Assert.Equal([1000f, 1100f, 1200f], new[] { Evaluate(session, 0), Evaluate(session, 1), Evaluate(session, 2) });
        Assert.Equal(1100f, Evaluate(session, 9));
    }

    [Fact]
    public void A_session_takes_three_passes_of_a_sample_and_says_how_a_third_is_named()
    {
        var cached = new CachedDenoiser(Denoiser(ConditioningLifetime.Generation), ScriptedPolicy.None);
        using (cached.CreateSession([Lane(GuidanceBranch.Conditional), Lane(GuidanceBranch.Unconditional), Lane(GuidanceBranch.Further), Lane(GuidanceBranch.Further + 1)]))
        {
        }

        var twice = Assert.Throws<ArgumentException>(() => cached.CreateSession([Lane(GuidanceBranch.Unconditional), Lane(GuidanceBranch.Unconditional)]));
        Assert.Contains("a third pass of the same sample GuidanceBranch.Further", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => cached.CreateSession([Lane((GuidanceBranch)(-1))]));
        Assert.Equal("sample 0, further pass 2", Lane(GuidanceBranch.Further + 1).ToString());
    }

    private static LaneInfo Lane(GuidanceBranch branch) => new(0, branch, 20);

    private string Letters() => string.Concat(_records.Evaluations.Select(r => r.Share == ComputedShare.Full ? 'C' : 's'));

    private DenoiserSession Session(ConditioningLifetime lifetime, int lanes = 1, ICachePolicy? policy = null) =>
        new CachedDenoiser(Denoiser(lifetime), policy ?? Reusing).CreateSession([.. Enumerable.Range(0, lanes).Select(i => Lane((GuidanceBranch)i))], _records);

    /// <summary>One stage: 1000 + 100 · evaluation + prompt, of single numbers.</summary>
    private StagedDenoiser Denoiser(ConditioningLifetime lifetime)
    {
        TensorDescriptor Number(string name, TensorKind kind, ConditioningLifetime lives = default) => new(name, kind, ElementType.Float32, new TensorShape(1), lives);
        var layout = new DenoiserLayout(
            "sum",
            [Number("prompt", TensorKind.Conditioning, lifetime)],
            [new("latent", BoundaryRole.Latent, Number("image", TensorKind.State)), new("output", BoundaryRole.Output, Number("image", TensorKind.State))],
            [new("all", "latent/image", "prompt")]);
        return new StagedDenoiser(
            layout,
            [new CpuStage("all", (inputs, outputs, rows) =>
            {
                for (var row = 0; row < rows; row++)
                {
                    outputs[0].Singles[row] = 1000 + (100 * inputs[0].Singles[row]) + inputs[1].Singles[row];
                }
            })],
            _backend);
    }

    private void Set(DenoiserSession session, float prompt, int lane = 0)
    {
        var tensor = Number(prompt);
        session.SetInput(lane, "prompt", tensor);
        tensor.Release();
    }

    private float Evaluate(DenoiserSession session, int index) => EvaluateAll(session, index, 1)[0];

    private float[] EvaluateAll(DenoiserSession session, int index, int lanes)
    {
        FeatureTensor?[] latents = [.. Enumerable.Range(0, lanes).Select(_ => Number(index))];
        var outputs = new FeatureTensor?[lanes];
        session.Evaluate(new EvaluationInfo(index, 20, index, 1 - (index / 20f)), latents, outputs);
        var numbers = outputs.Select(o => ((CpuTensor)o!).Singles[0]).ToArray();
        foreach (var tensor in latents.Concat(outputs))
        {
            tensor!.Release();
        }

        return numbers;
    }

    private CpuTensor Number(float value)
    {
        var tensor = _backend.Rent(ElementType.Float32, new TensorShape(1));
        _backend.Upload([value], tensor);
        return tensor;
    }
}
