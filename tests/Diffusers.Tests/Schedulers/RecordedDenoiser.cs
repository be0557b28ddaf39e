using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Diffusers.Tests.Schedulers;

/// <summary>A denoiser that answers what a model answered, whatever it is given.</summary>
internal sealed class RecordedDenoiser(IDenoiserBackend backend, RecordedDenoiser.Reply reply) : IDenoiserStage
{
    /// <summary>The answer to the next call.</summary>
    public delegate ReadOnlySpan<float> Reply();

    public string Name => "reply";

    /// <summary>The engine's loop over it, one guidance pass after another.</summary>
    public static DenoisingLoop Loop(IDenoiserBackend backend, int elements, ISampler sampler, Reply reply)
    {
        var latent = new TensorDescriptor("latent", TensorKind.State, ElementType.Float32, new TensorShape(1, elements));
        var layout = new DenoiserLayout(
            "recorded", [], [new("latent", BoundaryRole.Latent, latent), new("output", BoundaryRole.Output, latent)], [new("reply", "latent/latent")]);
        var denoiser = new StagedDenoiser(layout, [new RecordedDenoiser(backend, reply)], backend);
        return new DenoisingLoop(new CachedDenoiser(denoiser, CachePolicy.None, new CachedDenoiserOptions { LaneExecution = LaneExecution.Separate }), sampler);
    }

    public void Run(in StageInvocation invocation) => backend.Upload(reply(), invocation.Outputs[0]);
}
