using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CachePolicies.Hosting;

/// <summary>Runs the first stage of the registered model on zeros: shows that the model is loaded and its device computes.</summary>
internal sealed class DenoiserHealthCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var denoiser = services.GetService<StagedDenoiser>() ?? throw new InvalidOperationException("No model is registered; call UseModel(directory) or UseTextToImage(…).");
            RunFirstStage(denoiser);
            var statistics = denoiser.Backend.Statistics;
            return Task.FromResult(HealthCheckResult.Healthy(
                $"'{denoiser.Layout.Name}' computes on {denoiser.Backend.Name}.",
                new Dictionary<string, object> { ["backend"] = denoiser.Backend.Name, ["liveBytes"] = statistics.LiveBytes, ["pooledBytes"] = statistics.PooledBytes }));
        }
        catch (Exception failure)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, failure.Message, failure));
        }
    }

    private static void RunFirstStage(StagedDenoiser denoiser)
    {
        var layout = denoiser.Layout;
        var inputs = layout.ReadsOf(0).Select(r => layout.DescriptorOf(r)).ToArray();
        var outputs = layout.Boundaries[1].Tensors;
        var rented = new List<FeatureTensor>(inputs.Length + outputs.Length);
        try
        {
            foreach (var tensor in inputs.Concat(outputs))
            {
                rented.Add(denoiser.Backend.Rent(tensor.ElementType, tensor.Shape));
            }

            for (var i = 0; i < inputs.Length; i++)
            {
                UploadZeros(denoiser.Backend, rented[i]);
            }

            var all = rented.ToArray();
            denoiser.Stages[0].Run(new StageInvocation(all.AsSpan(0, inputs.Length), all.AsSpan(inputs.Length), 1));
        }
        finally
        {
            rented.ForEach(t => t.Release());
        }
    }

    private static void UploadZeros(IDenoiserBackend backend, FeatureTensor tensor)
    {
        if (tensor.ElementType.IsFloatingPoint())
        {
            backend.Upload(new float[tensor.Shape.ElementCount], tensor);
        }
        else
        {
            backend.Upload(new long[tensor.Shape.ElementCount], tensor);
        }
    }
}
