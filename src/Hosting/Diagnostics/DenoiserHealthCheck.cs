using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CachePolicies.Hosting;

/// <summary>
/// Runs the first stage of the registered model on zeros: shows that the model is loaded and its device computes. A layout with free axes has no size
/// that is sure to be right for its stages; there the device doubles a number instead, and the description says so.
/// </summary>
internal sealed class DenoiserHealthCheck(IServiceProvider services, string? model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var denoiser = (model is null ? services.GetService<StagedDenoiser>() : services.GetKeyedService<StagedDenoiser>(model)) ?? throw new InvalidOperationException(
                model is null ? "No model is registered; call UseModel(directory) or UseTextToImage(…)." : $"No model is registered as '{Excerpt.Of(model)}'; call UseModel(name, directory).");
            var concrete = denoiser.Layout.IsConcrete;
            if (concrete)
            {
                RunFirstStage(denoiser);
            }
            else
            {
                Double(denoiser.Backend);
            }

            var statistics = denoiser.Backend.Statistics;
            return Task.FromResult(HealthCheckResult.Healthy(
                concrete
                    ? $"'{denoiser.Layout.Name}' computes on {denoiser.Backend.Name}."
                    : $"'{denoiser.Layout.Name}' is loaded and {denoiser.Backend.Name} computes; no stage was run, because the axes {string.Join(", ", denoiser.Layout.FreeAxes())} are free.",
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

    private static void Double(IDenoiserBackend backend)
    {
        var shape = new TensorShape(1);
        var kernel = backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, shape)], 0, [2f * TensorExpression.Input(0)]));
        var input = backend.Rent(ElementType.Float32, shape);
        var output = backend.Rent(ElementType.Float32, shape);
        try
        {
            var number = new float[1];
            backend.Upload([21f], input);
            kernel.Run([input], [], [output]);
            backend.Download(output, number);
            if (number[0] != 42)
            {
                throw new InvalidOperationException($"{backend.Name} computed 2 · 21 as {number[0]}.");
            }
        }
        finally
        {
            input.Release();
            output.Release();
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
