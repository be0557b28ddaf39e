using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Diffusers;
using CachePolicies.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers folders of diffusion pipelines.</summary>
public static class DiffusersBuilderExtensions
{
    /// <summary>
    /// Uses a pipeline's folder, as <c>optimum-cli export onnx</c> writes it. Whether the folder is whole is checked when the host starts; it is opened when
    /// it is first needed, and its denoiser is cut into stages on first use.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The folder with <c>model_index.json</c>, or with a denoiser, text encoders and VAE in subfolders.</param>
    /// <param name="configure">How the folder is run.</param>
    /// <exception cref="InvalidOperationException">A model without a name is registered already; give further ones names.</exception>
    public static ICachePoliciesBuilder UseDiffusersModel(this ICachePoliciesBuilder builder, string directory, Action<DiffusersOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var options = OptionsOf(configure);
        return builder.UseOnnxRuntime()
            .UseTextToImage(s => DiffusersModel.Open(directory, s.GetRequiredService<OnnxRuntimeBackend>(), options))
            .CheckFolder(directory, options);
    }

    /// <summary>
    /// Uses a pipeline's folder under a name, for a host with several models: the key of its services (<see cref="StagedDenoiser"/>,
    /// <see cref="CachePolicies.TextToImage.ITextToImageModel"/>, <see cref="ITextToImageGenerator"/>) and its tag in telemetry. All models share the policies and the queue.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The key of the services.</param>
    /// <param name="directory">The folder with <c>model_index.json</c>, or with a denoiser, text encoders and VAE in subfolders.</param>
    /// <param name="configure">How the folder is run.</param>
    /// <param name="backend">
    /// The name that <see cref="ModelBuilderExtensions.UseOnnxRuntime(ICachePoliciesBuilder, string, Action{OnnxRuntimeOptions}?)"/> gave the backend that it
    /// runs on; <see langword="null"/> for the backend without a name, which all such models share.
    /// </param>
    /// <exception cref="InvalidOperationException">A model of this name is registered already.</exception>
    public static ICachePoliciesBuilder UseDiffusersModel(
        this ICachePoliciesBuilder builder, string name, string directory, Action<DiffusersOptions>? configure = null, string? backend = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var options = OptionsOf(configure);
        _ = backend is null ? builder.UseOnnxRuntime() : builder.UseOnnxRuntime(backend);
        return builder
            .UseTextToImage(name, s => DiffusersModel.Open(directory, backend is null ? s.GetRequiredService<OnnxRuntimeBackend>() : s.GetRequiredKeyedService<OnnxRuntimeBackend>(backend), options))
            .CheckFolder(directory, options);
    }

    private static DiffusersOptions OptionsOf(Action<DiffusersOptions>? configure)
    {
        var options = new DiffusersOptions();
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Reads settings and declarations: no session is opened.</summary>
    private static ICachePoliciesBuilder CheckFolder(this ICachePoliciesBuilder builder, string directory, DiffusersOptions options) =>
        builder.CheckAtStart(_ => DiffusersModel.SamplerOf(DiffusersFolder.Open(directory), options.SchedulerPath));
}
