using System.Reflection;
using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Testing;

namespace CachePolicies.Samples.CustomPolicy.Tests;

public sealed class CustomPolicyTests : IDisposable
{
    private static readonly TensorDescriptor Image = new("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 3));
    private static readonly TensorDescriptor Modulated = new("modulated", TensorKind.Signal, ElementType.Float32, new TensorShape(4, 3));

    private readonly CpuBackend _backend = new();
    private readonly StagedDenoiser _denoiser;

    public CustomPolicyTests()
    {
        var layout = new DenoiserLayout(
            "toy",
            [],
            [
                new("latent", BoundaryRole.Latent, Image),
                new("embedded", BoundaryRole.Embedded, Image, Modulated),
                new("detail", BoundaryRole.Detail, Image),
                new("output", BoundaryRole.Output, Image),
            ],
            [new("embed", "latent/image"), new("blocks", "embedded/image"), new("head", "detail/image")]);
        _denoiser = new StagedDenoiser(
            layout, [Stage("embed", 1.0f), Stage("blocks", 1.3f), Stage("head", 0.2f)], _backend);
    }

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void The_policies_need_the_contracts_alone()
    {
        var references = typeof(EveryNth).Assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("CachePolicies", StringComparison.Ordinal));
        Assert.Equal(["CachePolicies.Abstractions"], references);
        Assert.DoesNotContain(
            typeof(ICachePolicy).Assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>(),
            a => a.AssemblyName.StartsWith("CustomPolicy", StringComparison.Ordinal));
    }

    [Fact]
    public void A_step_mask_computes_every_third_evaluation() =>
        Assert.Equal("C..C..C..C", Run(new EveryNth(new EveryNthOptions { Period = 3 })));

    [Fact]
    public void A_signal_with_an_estimator_of_its_own_skips_while_no_token_changed_much()
    {
        Assert.Equal("CCCCCCCCCC", Run(new WorstToken(new WorstTokenOptions { Threshold = 0 })));
        var some = Run(new WorstToken(new WorstTokenOptions { Threshold = 0.15f }));
        Assert.StartsWith("C", some, StringComparison.Ordinal);
        Assert.Contains('.', some);
        Assert.Equal("C.........", Run(new WorstToken(new WorstTokenOptions { Threshold = 1000 })));
    }

    [Fact]
    public void A_decorator_computes_at_low_noise()
    {
        var policy = new OnlyWhileNoisy(new EveryNth(new EveryNthOptions { Period = 100 }), leastSigma: 0.45f);
        Assert.Equal("C.....CCCC", Run(policy));
    }

    [Fact]
    public void They_keep_the_laws_of_policies()
    {
        PolicyLaws.Check(new EveryNth(new EveryNthOptions { Period = 3 }));
        PolicyLaws.Check(new WorstToken(new WorstTokenOptions { Threshold = 0.3f }));
        PolicyLaws.Check(new OnlyWhileNoisy(new EveryNth(new EveryNthOptions { Period = 100 }), leastSigma: 0.45f));
        PolicyLaws.CheckThreshold(t => new WorstToken(new WorstTokenOptions { Threshold = t }));
    }

    [Fact]
    public void A_layout_without_the_signal_is_refused_by_name()
    {
        var bare = new DenoiserLayout(
            "bare",
            [],
            [new("latent", BoundaryRole.Latent, Image), new("embedded", BoundaryRole.Embedded, Image), new("detail", BoundaryRole.Detail, Image), new("output", BoundaryRole.Output, Image)],
            [new("embed", "latent/image"), new("blocks", "embedded/image"), new("head", "detail/image")]);
        var error = Assert.Throws<CachePlanException>(() => new WorstToken(new WorstTokenOptions()).Plan(bare));
        Assert.Contains("embedded/modulated", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A letter for each evaluation: C where the blocks ran, a point where they were skipped.</summary>
    private string Run(ICachePolicy policy)
    {
        var letters = new Letters();
        var loop = new DenoisingLoop(new CachedDenoiser(_denoiser, policy), new FlowMatchEulerSampler());
        loop.Run(new GenerationRequest(10, [new GenerationSample(Enumerable.Range(1, 12).Select(i => i / 6f).ToArray(), new Dictionary<string, InputValue>())]), letters);
        return letters.Text;
    }

    private static CpuStage Stage(string name, float factor) => new(name, (inputs, outputs, rows) =>
    {
        for (var o = 0; o < outputs.Count; o++)
        {
            for (var i = 0; i < outputs[o].Singles.Length; i++)
            {
                outputs[o].Singles[i] = inputs[0].Singles[i] * factor;
            }
        }
    });

    private sealed class Letters : IEvaluationObserver
    {
        public string Text { get; private set; } = "";

        public void EvaluationCompleted(EvaluationRecord record) => Text += record.ComputedStages.Contains(1) ? 'C' : '.';
    }
}
