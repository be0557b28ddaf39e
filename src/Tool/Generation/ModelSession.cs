using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Diffusers;
using CachePolicies.Engine;
using CachePolicies.Models;
using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary>A text-to-image model that is open on a provider, with the settings of the command line. Owns both.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly OnnxRuntimeBackend _backend;
    private readonly PictureRequest _picture;
    private StagedDenoiser? _denoiser;

    private ModelSession(OnnxRuntimeBackend backend, ITextToImageModel model, PictureRequest picture, int threads, TimeProvider time) =>
        (_backend, Model, _picture, Threads, Time) = (backend, model, picture, threads, time);

    public ITextToImageModel Model { get; }

    public TimeProvider Time { get; }

    public string Provider => _backend.Name;

    /// <summary>Threads that the CPU provider shares the work of an operator among.</summary>
    public int Threads { get; }

    /// <summary>Sampler steps: those of the command line, or the model's.</summary>
    public int Steps => _picture.Steps ?? Model.Defaults.Steps;

    /// <summary>The scale of guidance: that of the command line, or the model's.</summary>
    public float Guidance => _picture.Guidance ?? Model.Defaults.Guidance;

    /// <summary>What the model needs in memory, in words; <see langword="null"/> where it is one graph's worth.</summary>
    public string? Memory => (Model as DiffusersModel)?.Memory.ToString();

    /// <summary>The stages, with the sizes that the settings give to every axis.</summary>
    public StagedDenoiser Denoiser => _denoiser ??= Model.Denoiser.Layout.IsConcrete ? Model.Denoiser : Prepare(Request("a picture", 0)).Denoiser;

    public DenoiserLayout Layout => Denoiser.Layout;

    /// <summary>Opens a model.</summary>
    /// <exception cref="UsageException">The model cannot be used, or the provider is not there; the message says why.</exception>
    public static ModelSession Open(SamplingSettings settings, TimeProvider time)
    {
        OnnxRuntimeBackend? backend = null;
        try
        {
            // Without a number the sessions share one thread for each processor; with one, each stage's session has as many of its own.
            var threads = settings.Threads ?? Environment.ProcessorCount;
            backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = { settings.Provider }, Threads = settings.Threads ?? 0, MemoryLimit = MemoryBound.Of(settings.MemoryLimit, settings.Model) });
            return new ModelSession(backend, ModelOf(settings, backend), settings.Picture, threads, time);
        }
        catch (Exception problem)
        {
            backend?.Dispose();
            if (problem is InvalidModelException or ProviderNotAvailableException or DiffusersFolderException or TokenizerException)
            {
                throw new UsageException(problem.Message);
            }

            throw;
        }
    }

    /// <summary>A picture with the settings of the command line.</summary>
    public PictureRequest Request(string prompt, long seed, int? steps = null) => _picture with { Prompt = prompt, Seed = seed, Steps = steps ?? Steps };

    /// <summary>How often a picture evaluates the denoiser.</summary>
    public SamplingSchedule ScheduleOf(int steps) => Model.CreateSchedule(Request("", 0, steps));

    /// <summary>A policy over the model; its kernels are compiled here.</summary>
    /// <exception cref="CachePlanException">The model lacks something that the policy needs.</exception>
    public CachedDenoiser Under(ICachePolicy policy, StagedDenoiser? denoiser = null, CachedDenoiserOptions? options = null) => new(denoiser ?? Denoiser, policy, options);

    /// <summary>Encodes the prompt and makes the noise; refuses what the model cannot draw.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public PreparedGeneration Prepare(PictureRequest picture, CancellationToken cancellationToken = default) => Model.Prepare(picture, cancellationToken);

    /// <summary>The model as a comparison draws with it.</summary>
    /// <exception cref="ArgumentException">The model cannot draw the prompt; the message says why.</exception>
    public TextToImagePictures Pictures(string prompt) => new(Model, Request(prompt, 0), Time, Threads);

    /// <summary>Generates pictures.</summary>
    /// <param name="denoiser">From <see cref="Under"/>.</param>
    /// <param name="picture">What is asked for.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <param name="onStep">Told after each evaluation.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    public GeneratedPictures Generate(
        CachedDenoiser denoiser, PictureRequest picture, IEvaluationObserver? observer = null, Action? onStep = null, CancellationToken cancellationToken = default) =>
        Prepare(picture, cancellationToken).Generate(denoiser, observer, onStep is null ? null : _ => onStep(), Time, cancellationToken);

    public void Dispose()
    {
        Model.Dispose();
        _backend.Dispose();
    }

    private static ITextToImageModel ModelOf(SamplingSettings settings, OnnxRuntimeBackend backend)
    {
        if (!TextToImage.ModelFolder.IsModel(settings.Model))
        {
            return DiffusersModel.Open(settings.Model, backend, new DiffusersOptions { SchedulerPath = settings.Scheduler });
        }

        return settings.Scheduler is null
            ? OnnxTextToImage.Open(settings.Model, backend)
            : throw new UsageException($"--scheduler goes with the folder of a pipeline; the sampler of '{settings.Model}' is in its manifest.");
    }
}
