using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Diffusers;
using CachePolicies.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers folders of diffusion pipelines.</summary>
public static class DiffusersBuilderExtensions
{
    /// <summary>
    /// Uses a pipeline's folder, as <c>optimum-cli export onnx</c> writes it. It is opened when it is first needed, and its denoiser is cut into stages on
    /// first use.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The folder with <c>model_index.json</c>, or with a denoiser, text encoders and VAE in subfolders.</param>
    /// <param name="configure">How the folder is run.</param>
    public static ICachePoliciesBuilder UseDiffusersModel(this ICachePoliciesBuilder builder, string directory, Action<DiffusersOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var options = new DiffusersOptions();
        configure?.Invoke(options);
        return builder.UseOnnxRuntime().UseTextToImage(s => DiffusersModel.Open(directory, s.GetRequiredService<OnnxRuntimeBackend>(), options));
    }
}
