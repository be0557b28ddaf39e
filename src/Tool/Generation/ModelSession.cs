using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Models;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary>A text-to-image model that is open on a provider. Owns both.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly OnnxRuntimeBackend _backend;
    private readonly OnnxDenoiserModel _stages;
    private readonly TimeProvider _time;

    private ModelSession(OnnxRuntimeBackend backend, OnnxDenoiserModel stages, TimeProvider time) =>
        (_backend, _stages, Model, _time) = (backend, stages, OnnxTextToImage.Create(stages), time);

    public TextToImageModel Model { get; }

    public DenoiserLayout Layout => Model.Denoiser.Layout;

    public TimeProvider Time => _time;

    public string Provider => Model.Denoiser.Backend.Name;

    /// <summary>Opens a model.</summary>
    /// <exception cref="UsageException">The model cannot be used, or the provider is not there; the message says why.</exception>
    public static ModelSession Open(SamplingSettings settings, TimeProvider time)
    {
        OnnxRuntimeBackend? backend = null;
        OnnxDenoiserModel? stages = null;
        try
        {
            backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = { settings.Provider } });
            stages = OnnxDenoiserModel.Load(settings.Model, backend);
            return new ModelSession(backend, stages, time);
        }
        catch (Exception problem)
        {
            stages?.Dispose();
            backend?.Dispose();
            if (problem is InvalidModelException or ProviderNotAvailableException)
            {
                throw new UsageException(problem.Message);
            }

            throw;
        }
    }

    /// <summary>A policy over the model; its kernels are compiled here.</summary>
    /// <exception cref="CachePlanException">The model lacks something that the policy needs.</exception>
    public DenoisingLoop Under(ICachePolicy policy, StagedDenoiser? denoiser = null, CachedDenoiserOptions? options = null) =>
        new(new CachedDenoiser(denoiser ?? Model.Denoiser, policy, options), Model.Sampler);

    /// <summary>Encodes the prompt and makes the noise; refuses prompts that the model cannot draw.</summary>
    /// <exception cref="PromptException">The prompt or style is unknown.</exception>
    public PreparedGeneration Prepare(PictureRequest picture) => Model.Prepare(
        new TextToImage.PictureRequest(picture.Prompt) { Style = picture.Style, Seed = picture.Seed, Steps = picture.Steps, Guidance = picture.Guidance });

    /// <summary>The model as a comparison draws with it.</summary>
    /// <exception cref="PromptException">The prompt or style is unknown.</exception>
    public TextToImagePictures Pictures(SamplingSettings how, string prompt) =>
        new(Model, new TextToImage.PictureRequest(prompt) { Style = how.Style, Steps = how.Steps, Guidance = how.Guidance }, _time);

    /// <summary>Generates a picture.</summary>
    /// <param name="loop">From <see cref="Under"/>.</param>
    /// <param name="picture">What is asked for.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <param name="onStep">Told after each evaluation.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    public GeneratedPicture Generate(
        DenoisingLoop loop, PictureRequest picture, IEvaluationObserver? observer = null, Action? onStep = null, CancellationToken cancellationToken = default)
    {
        var pictures = Prepare(picture).Generate(loop.Denoiser, observer, onStep is null ? null : _ => onStep(), _time, cancellationToken);
        var (image, planes, latent) = pictures.First;
        return new GeneratedPicture(image, planes, latent, pictures.Elapsed);
    }

    public void Dispose()
    {
        _stages.Dispose();
        _backend.Dispose();
    }
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
