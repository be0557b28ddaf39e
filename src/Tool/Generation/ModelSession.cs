using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Tool;

/// <summary>A text-to-image model that is open on a provider. Owns both.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly TimeProvider _time;

    private ModelSession(ServiceProvider services, TextToImageModel model, TimeProvider time) => (_services, Model, _time) = (services, model, time);

    public TextToImageModel Model { get; }

    public DenoiserLayout Layout => Model.Denoiser.Layout;

    public TimeProvider Time => _time;

    public string Provider => Model.Denoiser.Backend.Name;

    /// <summary>Opens a model.</summary>
    /// <exception cref="UsageException">The model cannot be used, or the provider is not there; the message says why.</exception>
    public static ModelSession Open(SamplingSettings settings, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddCachePolicies().UseOnnxRuntime(o => o.Providers.Add(settings.Provider)).UseModel(settings.Model);
        var provider = services.BuildServiceProvider();
        try
        {
            return new ModelSession(provider, provider.GetRequiredService<TextToImageModel>(), time);
        }
        catch (Exception problem) when (problem is InvalidModelException or ProviderNotAvailableException)
        {
            provider.Dispose();
            throw new UsageException(problem.Message);
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    /// <summary>A policy over the model; its kernels are compiled here.</summary>
    /// <exception cref="CachePlanException">The model lacks something that the policy needs.</exception>
    public DenoisingLoop Under(ICachePolicy policy, StagedDenoiser? denoiser = null, CachedDenoiserOptions? options = null) =>
        new(new CachedDenoiser(denoiser ?? Model.Denoiser, policy, options), Model.Sampler);

    /// <summary>What a picture starts from; refuses prompts that the model cannot draw.</summary>
    /// <exception cref="PromptException">The prompt or style is unknown.</exception>
    public GenerationRequest Request(PictureRequest picture)
    {
        var noise = GaussianNoise.Create(picture.Seed, checked((int)Layout.Latent.Primary.Shape.ElementCount));
        var conditional = Model.Encoder.Encode(picture.Prompt, picture.Style);
        var unconditional = picture.Guidance == 1 ? null : Model.Encoder.EncodeEmpty();
        return new GenerationRequest(picture.Steps, [new GenerationSample(noise, conditional, unconditional)], picture.Guidance);
    }

    /// <summary>Generates a picture.</summary>
    /// <param name="loop">From <see cref="Under"/>.</param>
    /// <param name="picture">What is asked for.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <param name="onStep">Told after each evaluation.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    public GeneratedPicture Generate(
        DenoisingLoop loop, PictureRequest picture, IEvaluationObserver? observer = null, Action? onStep = null, CancellationToken cancellationToken = default)
    {
        using var generation = loop.Start(Request(picture), observer);
        var began = _time.GetTimestamp();
        while (generation.MoveNext(cancellationToken))
        {
            onStep?.Invoke();
        }

        var latent = generation.DownloadLatent(0);
        var elapsed = _time.GetElapsedTime(began);
        var decoder = Model.Decoder;
        var planes = new float[3 * decoder.Width * decoder.Height];
        decoder.Decode(latent, planes);
        return new GeneratedPicture(RgbImage.FromPlanes(planes, decoder.Width, decoder.Height), planes, latent, elapsed);
    }

    public void Dispose() => _services.Dispose();
}

/// <summary>A picture that is asked for.</summary>
/// <param name="Prompt">What it shows.</param>
/// <param name="Style">Its style, or <see langword="null"/>.</param>
/// <param name="Seed">The seed of the noise.</param>
/// <param name="Steps">Sampler steps.</param>
/// <param name="Guidance">The guidance scale.</param>
internal sealed record PictureRequest(string Prompt, string? Style, long Seed, int Steps, float Guidance);

/// <summary>A picture.</summary>
/// <param name="Image">In 8 bits a channel.</param>
/// <param name="Planes">As the decoder made it, in [−1, 1].</param>
/// <param name="Latent">The final latent.</param>
/// <param name="Elapsed">From the noise to the final latent.</param>
internal sealed record GeneratedPicture(RgbImage Image, float[] Planes, float[] Latent, TimeSpan Elapsed);
