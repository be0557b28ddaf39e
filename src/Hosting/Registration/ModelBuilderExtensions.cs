using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.TextToImage;
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
        if (!services.Any(d => d.ServiceType == typeof(OnnxRuntimeBackend) && !d.IsKeyedService))
        {
            services.AddSingleton<IConfigureOptions<OnnxRuntimeOptions>>(s => new ConfigureOptions<OnnxRuntimeOptions>(
                o => s.GetService<IConfiguration>()?.GetSection($"{CachePoliciesOptions.SectionName}:OnnxRuntime").Bind(o)));
            services.AddSingleton(s => Open(s, s.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value));
            services.TryAddSingleton<IDenoiserBackend>(s => s.GetRequiredService<OnnxRuntimeBackend>());
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    /// <summary>
    /// Adds a backend of its own name, for a host with several devices: <c>UseOnnxRuntime("gpu0", …).UseOnnxRuntime("gpu1", …)</c>. It is a keyed
    /// service with sessions and memory of its own. Settings come from <c>CachePolicies:OnnxRuntime:NAME</c> and then from the code given here, which wins.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The key of the services.</param>
    /// <param name="configure">Settings over those of the configuration.</param>
    public static ICachePoliciesBuilder UseOnnxRuntime(this ICachePoliciesBuilder builder, string name, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var services = builder.Services;
        if (!services.Any(d => d.ServiceType == typeof(OnnxRuntimeBackend) && name.Equals(d.ServiceKey)))
        {
            services.AddOptions<OnnxRuntimeOptions>(name).Configure<IServiceProvider>(
                (o, s) => s.GetService<IConfiguration>()?.GetSection($"{CachePoliciesOptions.SectionName}:OnnxRuntime:{name}").Bind(o));
            services.AddKeyedSingleton(name, (s, _) => Open(s, s.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get(name)));
            services.TryAddKeyedSingleton<IDenoiserBackend>(name, (s, _) => s.GetRequiredKeyedService<OnnxRuntimeBackend>(name));
        }

        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return builder;
    }

    /// <summary>Opens a staged ONNX model on a backend of its own name; a keyed <see cref="StagedDenoiser"/> of the same name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The directory with <c>manifest.json</c>.</param>
    /// <param name="backend">The name that <see cref="UseOnnxRuntime(ICachePoliciesBuilder, string, Action{OnnxRuntimeOptions}?)"/> gave the backend.</param>
    public static ICachePoliciesBuilder UseModel(this ICachePoliciesBuilder builder, string directory, string backend)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        builder.UseOnnxRuntime(backend);
        builder.Services.AddKeyedSingleton(backend, (s, _) => Load(s, s.GetRequiredKeyedService<OnnxRuntimeBackend>(backend), directory));
        builder.Services.AddKeyedSingleton(backend, (s, _) => s.GetRequiredKeyedService<OnnxDenoiserModel>(backend).Denoiser);
        return builder;
    }

    /// <summary>
    /// Uses a staged ONNX model. It is loaded when it is first needed. The denoiser can then be asked for as <see cref="StagedDenoiser"/>; where the manifest
    /// brings a tokenizer and a decoder, <see cref="ITextToImageGenerator"/> makes pictures with it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The directory with <c>manifest.json</c>; a relative one is looked for under the working folder, then beside the program.</param>
    public static ICachePoliciesBuilder UseModel(this ICachePoliciesBuilder builder, string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        builder.UseOnnxRuntime();
        builder.Services.AddSingleton(s => Load(s, s.GetRequiredService<OnnxRuntimeBackend>(), directory));
        builder.Services.AddSingleton(s => s.GetRequiredService<OnnxDenoiserModel>().Denoiser);
        builder.Services.AddSingleton<ITextToImageModel>(s => OnnxTextToImage.Create(s.GetRequiredService<OnnxDenoiserModel>()));
        return builder;
    }

    private static OnnxRuntimeBackend Open(IServiceProvider services, OnnxRuntimeOptions options)
    {
        var backend = new OnnxRuntimeBackend(options);
        Log.BackendOpened(services.GetRequiredService<ILoggerFactory>().CreateLogger(Log.GenerationCategory), backend.Name, backend.Selection);
        return backend;
    }

    private static OnnxDenoiserModel Load(IServiceProvider services, OnnxRuntimeBackend backend, string directory)
    {
        var model = OnnxDenoiserModel.Load(ModelFolder.Locate(directory), backend);
        Log.ModelLoaded(services.GetRequiredService<ILoggerFactory>().CreateLogger(Log.GenerationCategory), model.Manifest.Name, backend.Name);
        return model;
    }
}
