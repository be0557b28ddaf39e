using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the model and the backend that it runs on.</summary>
public static class ModelBuilderExtensions
{
    /// <summary>Sets how ONNX Runtime runs models. Settings come from <c>CachePolicies:OnnxRuntime</c> and then from the code given here, which wins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder UseOnnxRuntime(this ICachePoliciesBuilder builder, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (!services.Any(d => d.ServiceType == typeof(OnnxRuntimeBackend)))
        {
            services.AddSingleton<IConfigureOptions<OnnxRuntimeOptions>>(s => new ConfigureOptions<OnnxRuntimeOptions>(
                o => s.GetService<IConfiguration>()?.GetSection($"{CachePoliciesOptions.SectionName}:OnnxRuntime").Bind(o)));
            services.AddSingleton(s => new OnnxRuntimeBackend(s.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value));
            services.TryAddSingleton<IDenoiserBackend>(s => s.GetRequiredService<OnnxRuntimeBackend>());
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    /// <summary>
    /// Uses a staged ONNX model. It is loaded when it is first needed. The denoiser can then be asked for as <see cref="StagedDenoiser"/>; where the manifest
    /// brings a tokenizer and a decoder, <see cref="ITextToImageGenerator"/> makes pictures with it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The directory with <c>manifest.json</c>.</param>
    public static ICachePoliciesBuilder UseModel(this ICachePoliciesBuilder builder, string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        builder.UseOnnxRuntime();
        builder.Services.AddSingleton(s => Load(s, directory));
        builder.Services.AddSingleton(s => s.GetRequiredService<OnnxDenoiserModel>().Denoiser);
        builder.Services.AddSingleton(s => OnnxTextToImage.Create(s.GetRequiredService<OnnxDenoiserModel>()));
        return builder;
    }

    private static OnnxDenoiserModel Load(IServiceProvider services, string directory)
    {
        var backend = services.GetRequiredService<OnnxRuntimeBackend>();
        var model = OnnxDenoiserModel.Load(directory, backend);
        Log.ModelLoaded(services.GetRequiredService<ILoggerFactory>().CreateLogger(Log.GenerationCategory), model.Manifest.Name, backend.Name);
        return model;
    }
}
