using CachePolicies.Backends.Cpu;

namespace CachePolicies.Engine.Tests;

/// <summary>Residuals of float16 whose states are finite and whose difference is not.</summary>
public sealed class Float16ResidualTests : IDisposable
{
    private const float Large = 41984;

    private static readonly MeasurementKey Change = new("change");

    private readonly CpuBackend _backend = new();

    public static TheoryData<Approximation> Approximations =>
    [
        new AddResidual(BoundaryRole.Embedded), new Extrapolate(1, BoundaryRole.Embedded), new Extrapolate(2, BoundaryRole.Embedded, Damping: 0.5f),
        new AlignTrajectory(BoundaryRole.Embedded, BoundaryRole.StructureProbe),
    ];

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(Approximations))]
    public void A_skip_gives_back_what_was_computed(Approximation approximation)
    {
        var policy = new ScriptedPolicy(
            plan => plan.Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, approximation),
            (visit, _) => visit.Evaluation.Index > 2 ? CacheDecision.Skip(BoundaryRole.Detail) : CacheDecision.Compute);
        Assert.All(Run(policy, 5, _ => Large), output => Assert.Equal([-Large, Large], output));
    }

    [Fact]
    public void What_is_approximated_beyond_the_largest_number_stays_at_it()
    {
        var policy = new ScriptedPolicy(
            plan => plan.Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded)),
            (visit, _) => visit.Evaluation.Index > 0 ? CacheDecision.Skip(BoundaryRole.Detail) : CacheDecision.Compute);
        Assert.Equal([-(float)Half.MaxValue, (float)Half.MaxValue], Run(policy, 2, index => index == 0 ? Large : 0)[1]);
    }

    [Fact]
    public void A_measured_residual_has_its_own_size()
    {
        var measured = new List<float>();
        var policy = new ScriptedPolicy(
            plan => plan
                .Measure(Change, MeasurementSubject.Residual(BoundaryRole.Embedded, BoundaryRole.Detail), SimilarityEstimator.Magnitude, ReferenceUpdate.EveryEvaluation)
                .Skip(BoundaryRole.Detail, BoundaryRole.Output, Approximation.ReuseOutput),
            (visit, _) =>
            {
                measured.Add(visit.Distance(Change));
                return CacheDecision.Compute;
            });
        Run(policy, 2, _ => Large);
        Assert.Equal([2 * Large, 2 * Large], measured);
    }

    /// <summary>Evaluates a chain whose first block turns the sign of two numbers.</summary>
    private List<float[]> Run(ICachePolicy policy, int count, Func<int, float> latent)
    {
        TensorDescriptor Image(BoundaryRole _) => new("image", TensorKind.State, ElementType.Float16, new TensorShape(2));
        BoundaryRole[] roles = [BoundaryRole.Latent, BoundaryRole.Embedded, BoundaryRole.StructureProbe, BoundaryRole.Detail, BoundaryRole.Output];
        var layout = new DenoiserLayout(
            "massive",
            [],
            [.. roles.Select(r => new Boundary(r.ToName(), r, Image(r)))],
            [.. roles.SkipLast(1).Select(r => new StageDescriptor($"from {r.ToName()}", $"{r.ToName()}/image"))]);
        var denoiser = new StagedDenoiser(layout, [.. layout.Stages.Select((s, stage) => new CpuStage(s.Name, (inputs, outputs, _) =>
        {
            for (var i = 0; i < 2; i++)
            {
                outputs[0].Halves[i] = stage == 1 ? -inputs[0].Halves[i] : inputs[0].Halves[i];
            }
        }))], _backend);
        using var session = new CachedDenoiser(denoiser, policy).CreateSession([new LaneInfo(0, GuidanceBranch.Conditional, count)]);
        var all = new List<float[]>();
        for (var index = 0; index < count; index++)
        {
            FeatureTensor?[] latents = [_backend.Rent(ElementType.Float16, new TensorShape(2))], outputs = [null];
            _backend.Upload((ReadOnlySpan<float>)[latent(index), -latent(index)], latents[0]!);
            session.Evaluate(new EvaluationInfo(index, count, 0, 1 - (index / (float)count)), latents, outputs);
            all.Add(new float[2]);
            _backend.Download(outputs[0]!, all[^1]);
            latents[0]!.Release();
            outputs[0]!.Release();
        }

        return all;
    }
}
