using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// A pipeline's folder as a text-to-image model. Text encoders are opened, run and closed first; then the stages are opened (cut from the denoiser on
/// first use); the VAE comes last. Stages and VAE stay open as far as the memory budget allows (<see cref="DiffusersOptions.MemoryBudget"/>), and are opened
/// again when they are needed. Thread-safe. Owns what it opens; borrows the backend.
/// </summary>
public sealed class DiffusersModel : ITextToImageModel
{
    private readonly OnnxRuntimeBackend _backend;
    private readonly MemoryBudget _budget;
    private readonly TextEncoders _encoders;
    private readonly VaeDecoder _decoder;
    private readonly LatentForm _latent;
    private readonly ISampler _sampler;
    private readonly DenoiserStages _stages;
    private readonly Lock _lock = new();
    private DenoiserBindings? _bindings;

    private DiffusersModel(DiffusersFolder folder, OnnxRuntimeBackend backend, DiffusersOptions options)
    {
        (Folder, _backend) = (folder, backend);
        _sampler = SamplerOf(folder, options.SchedulerPath);
        _latent = folder.Recipe.LatentOf(folder);
        Defaults = folder.Defaults;
        var bytes = MemoryBudget.Of(options.MemoryBudget, backend);
        Memory = PipelineMemory.Of(folder, bytes);
        var budget = _budget = new MemoryBudget(bytes);
        _encoders = new TextEncoders(backend, options.EncodedTextBytes, budget);
        _decoder = new VaeDecoder(folder.Parts["vae_decoder"], _latent, Defaults.Sizes, backend, new VaeTiling(options.TilesAbovePixels), budget);
        _stages = new DenoiserStages(folder, backend, budget);

        // The VAE is the smaller one and opened again sooner.
        budget.Add(_decoder);
        budget.Add(_stages);
    }

    /// <summary>The folder.</summary>
    public DiffusersFolder Folder { get; }

    /// <summary>What it needs in memory, by its files and the memory budget.</summary>
    public PipelineMemory Memory { get; }

    /// <summary>Whether the stages and the VAE are open.</summary>
    internal (bool Stages, bool Vae) IsOpen => (_stages.IsOpen, _decoder.IsOpen);

    /// <inheritdoc/>
    public string Name => Folder.Name;

    /// <inheritdoc/>
    public PictureDefaults Defaults { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Styles => [];

    /// <inheritdoc/>
    public StagedDenoiser Denoiser => _stages.Denoiser;

    /// <summary>Opens a folder; sessions are opened when they are needed.</summary>
    /// <inheritdoc cref="Open(DiffusersFolder, OnnxRuntimeBackend, DiffusersOptions?)"/>
    public static DiffusersModel Open(string path, OnnxRuntimeBackend backend, DiffusersOptions? options = null) => Open(DiffusersFolder.Open(path), backend, options);

    /// <summary>Makes a model of a folder; sessions are opened when they are needed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">Where everything runs. Borrowed, and disposed of after the model.</param>
    /// <param name="options">How it is run; the defaults otherwise.</param>
    /// <exception cref="InvalidDataException">The folder is not whole, or its settings cannot be right.</exception>
    public static DiffusersModel Open(DiffusersFolder folder, OnnxRuntimeBackend backend, DiffusersOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(backend);
        return new DiffusersModel(folder, backend, options ?? new DiffusersOptions());
    }

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(PictureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _sampler.CreateSchedule(ScheduleOf(request, SizeOf(request)));
    }

    /// <inheritdoc/>
    public PreparedGeneration Prepare(PictureRequest request, CancellationToken cancellationToken = default)
    {
        PictureRules.Check(request);
        ArgumentNullException.ThrowIfNull(request);
        if (request.Style is not null)
        {
            throw new PromptException($"'{Name}' has no styles; say it in the prompt.");
        }

        var size = SizeOf(request);
        if (request.Image is not null && Folder.Find("vae_encoder") is { } encoder)
        {
            _budget.MakeRoom(encoder.Bytes);
        }

        var start = PictureStart.Of(request, size, Folder, _latent, _backend, cancellationToken);
        var notes = new List<string>();
        var inputs = Folder.Recipe.Encode(request, new RecipeEncoding(Folder, size, Defaults, _latent, _encoders, notes, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();

        var denoiser = Denoiser;
        var bound = BindingsOf(denoiser).For(AxisSizes.Of(denoiser.Layout, _latent, size, inputs.Conditional));
        var conditional = InputMatching.Match(inputs.Conditional, bound.Layout, start.Condition);
        var unconditional = inputs.Unconditional is null ? null : InputMatching.Match(inputs.Unconditional, bound.Layout, start.Condition);
        var schedule = ScheduleOf(request, size);
        NoteWholeTimesteps(schedule, notes);
        var generation = new GenerationRequest(schedule.Steps, [.. start.Samples.Select(s => s with { Conditional = conditional, Unconditional = unconditional })], inputs.Guidance)
        {
            GuidanceRescale = request.GuidanceRescale,
            FirstStep = schedule.FirstStep,
            ImageTokens = schedule.ImageTokens,
        };
        return new PreparedGeneration(bound, _sampler, generation, size, _decoder) { Notes = notes };
    }

    /// <summary>Closes the sessions. No generation may be running.</summary>
    public void Dispose()
    {
        _stages.Dispose();
        _decoder.Dispose();
    }

    private PictureSize SizeOf(PictureRequest request)
    {
        var size = Defaults.Sizes.Require(request.Width, request.Height, Name);
        return !_latent.IsPacked || ExportedSizes.TokensOf(Folder.Denoiser) is not { } tokens || tokens == _latent.TokensOf(size)
            ? size
            : throw new PictureSizeException($"'{Name}' was exported for pictures of {tokens:N0} tokens, {Defaults.Sizes.Usual} for one; {size} has {_latent.TokensOf(size):N0}.");
    }

    private ScheduleRequest ScheduleOf(PictureRequest request, PictureSize size)
    {
        var steps = request.Steps ?? Defaults.Steps;
        return new ScheduleRequest(steps, request.Image is null ? 0 : Math.Min(Folder.Recipe.FirstStep(steps, request.Strength), steps - 1), _latent.TokensOf(size));
    }

    /// <summary>Says that fractions of timesteps are dropped, where the denoiser was exported for whole ones.</summary>
    private void NoteWholeTimesteps(ScheduleRequest request, List<string> notes)
    {
        if (Folder.Denoiser.Ports.Input("timestep") is { Type: OnnxElementType.Int64 or OnnxElementType.Int32 }
            && _sampler.CreateSchedule(request).Evaluations.Any(e => e.Timestep != MathF.Truncate(e.Timestep)))
        {
            notes.Add("The denoiser reads whole timesteps, so the fractions of this schedule's timesteps are dropped.");
        }
    }

    private DenoiserBindings BindingsOf(StagedDenoiser denoiser)
    {
        lock (_lock)
        {
            return _bindings ??= new DenoiserBindings(denoiser);
        }
    }

    /// <summary>The sampler of a folder, or of the file that is used in its place.</summary>
    /// <exception cref="InvalidDataException">The settings are damaged, or not implemented.</exception>
    internal static ISampler SamplerOf(DiffusersFolder folder, string? path)
    {
        var context = folder.Recipe.Scheduling;
        if (path is null && folder.Find("scheduler") is { } part)
        {
            path = Path.Combine(part.Directory, "scheduler_config.json");
            path = File.Exists(path) ? path : null;
        }

        return path is null
            ? SchedulerConfig.Parse(System.Text.Encoding.UTF8.GetBytes(folder.Recipe.UsualScheduler), $"the usual scheduler of {folder.Recipe.Name}", context)
            : SchedulerConfig.Read(path, context);
    }
}
