using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.Models;
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
            AddSettings(services, Options.Options.DefaultName, CachePoliciesOptions.OnnxRuntime);
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
            AddSettings(services, name, $"{CachePoliciesOptions.OnnxRuntime}:{name}");
            services.AddKeyedSingleton(name, (s, _) => Open(s, s.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get(name)));
            services.TryAddKeyedSingleton<IDenoiserBackend>(name, (s, _) => s.GetRequiredKeyedService<OnnxRuntimeBackend>(name));
        }

        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return builder;
    }

    /// <summary>
    /// Adds a model of its own name, for a host with several. The name is the key of its services (<see cref="OnnxDenoiserModel"/>,
    /// <see cref="StagedDenoiser"/>, <see cref="ITextToImageModel"/>, <see cref="ITextToImageGenerator"/>) and its tag in telemetry. All models share the
    /// policies and the queue.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The key of the services.</param>
    /// <param name="directory">The directory with <c>manifest.json</c>; when the host starts, it must be there with every file that the manifest names.</param>
    /// <param name="backend">
    /// The name that <see cref="UseOnnxRuntime(ICachePoliciesBuilder, string, Action{OnnxRuntimeOptions}?)"/> gave the backend that it runs on;
    /// <see langword="null"/> for the backend without a name, which all such models share.
    /// </param>
    /// <exception cref="InvalidOperationException">A model of this name is registered already.</exception>
    public static ICachePoliciesBuilder UseModel(this ICachePoliciesBuilder builder, string name, string directory, string? backend = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        RefuseSecond(builder.Services, name);
        CheckAtStart(builder, directory);
        _ = backend is null ? builder.UseOnnxRuntime() : builder.UseOnnxRuntime(backend);
        builder.Services.AddKeyedSingleton(name, (s, _) => Load(s, backend is null ? s.GetRequiredService<OnnxRuntimeBackend>() : s.GetRequiredKeyedService<OnnxRuntimeBackend>(backend), directory));
        builder.Services.AddKeyedSingleton(name, (s, _) => s.GetRequiredKeyedService<OnnxDenoiserModel>(name).Denoiser);
        builder.Services.AddKeyedSingleton<ITextToImageModel>(name, (s, _) => OnnxTextToImage.Create(s.GetRequiredKeyedService<OnnxDenoiserModel>(name)));
        builder.Services.AddKeyedSingleton<ITextToImageGenerator>(name, (s, _) => TextToImageGenerator.Of(s, name));
        return builder;
    }

    /// <summary>
    /// Uses a staged ONNX model. It is loaded when it is first needed. The denoiser can then be asked for as <see cref="StagedDenoiser"/>; where the manifest
    /// brings a tokenizer and a decoder, <see cref="ITextToImageGenerator"/> makes pictures with it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The directory with <c>manifest.json</c>; a relative one is looked for under the working folder, then beside the program. When the host
    /// starts, it must be there with every file that the manifest names.</param>
    /// <exception cref="InvalidOperationException">A model without a name is registered already; give further ones names.</exception>
    public static ICachePoliciesBuilder UseModel(this ICachePoliciesBuilder builder, string directory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        RefuseSecond(builder.Services, null);
        CheckAtStart(builder, directory);
        builder.UseOnnxRuntime();
        builder.Services.AddSingleton(s => Load(s, s.GetRequiredService<OnnxRuntimeBackend>(), directory));
        builder.Services.AddSingleton(s => s.GetRequiredService<OnnxDenoiserModel>().Denoiser);
        builder.Services.AddSingleton<ITextToImageModel>(s => OnnxTextToImage.Create(s.GetRequiredService<OnnxDenoiserModel>()));
        return builder;
    }

    /// <summary>Two models under one name would be a guess which of them is meant.</summary>
    internal static void RefuseSecond(IServiceCollection services, string? name)
    {
        if (services.Any(d => d.ServiceType == typeof(StagedDenoiser) && Equals(d.ServiceKey, name)))
        {
            throw new InvalidOperationException(name is null
                ? "A model is registered already; give each further one a name: UseModel(name, directory)."
                : $"A model is registered as '{Excerpt.Of(name)}' already; give this one another name.");
        }
    }

    private static void CheckAtStart(ICachePoliciesBuilder builder, string directory) => builder.CheckAtStart(_ => ManifestReader.Read(ModelFolder.Locate(directory)));

    /// <summary>Reads the settings of a backend, and has them checked when the host starts. They are those of an open device, so that they do not follow the file.</summary>
    private static void AddSettings(IServiceCollection services, string name, string part)
    {
        services.AddSingleton(new NamedBackend(name));
        services.AddSingleton<IConfigureOptions<OnnxRuntimeOptions>>(s =>
        {
            string[] others = [.. name.Length > 0 ? [] : s.GetServices<NamedBackend>().Where(b => b.Name.Length > 0).Select(b => b.Name)];
            return new SettingsSection<OnnxRuntimeOptions>(name, part, s.GetRequiredService<SettingsStore>(), (reader, options) =>
            {
                reader.Skip(others);
                reader.AsConfiguration().Bind(options);
            });
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OnnxRuntimeOptions>, OnnxRuntimeOptionsValidator>());
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
