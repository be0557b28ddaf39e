using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>
/// A request whose text is encoded and whose noise is made: it can be generated any number of times, under any policy, with the same result. Immutable;
/// it borrows the model's parts.
/// </summary>
public sealed class PreparedGeneration
{
    /// <summary>Puts together what a generation starts from; for models of one's own.</summary>
    /// <param name="denoiser">The stages, with sizes for all axes.</param>
    /// <param name="sampler">The sampler.</param>
    /// <param name="request">Noise and inputs.</param>
    /// <param name="size">The size of the pictures.</param>
    /// <param name="decoder">From latent to picture.</param>
    public PreparedGeneration(StagedDenoiser denoiser, ISampler sampler, GenerationRequest request, PictureSize size, ILatentDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decoder);
        (Denoiser, Sampler, Request, Size, Decoder) = (denoiser, sampler, request, size, decoder);
    }

    /// <summary>The stages, with sizes for all axes.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>The sampler.</summary>
    public ISampler Sampler { get; }

    /// <summary>Noise and inputs.</summary>
    public GenerationRequest Request { get; }

    /// <summary>The size of the pictures.</summary>
    public PictureSize Size { get; }

    /// <summary>From latent to picture.</summary>
    public ILatentDecoder Decoder { get; }

    /// <summary>What the user should know: that a prompt was cut, for instance. Sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How often the denoiser is evaluated.</summary>
    public int Evaluations => Sampler.CreateSchedule(Request.Schedule).Evaluations.Length;

    /// <summary>Identifies the kind of run, so that what was measured on another kind is not used for it.</summary>
    public RunSignature Signature => new(
        Denoiser.Layout.Fingerprint,
        Denoiser.Layout.Latent.Primary.Shape.ToString(),
        Sampler.Name,
        Request.Guidance,
        [.. Sampler.CreateSchedule(Request.Schedule).Evaluations.Select(e => e.Sigma)]);

    /// <summary>The same with another number of steps.</summary>
    public PreparedGeneration WithSteps(int steps) => new(Denoiser, Sampler, Request with { Steps = steps }, Size, Decoder) { Notes = Notes };

    /// <summary>Generates: evaluates the denoiser step by step, then decodes.</summary>
    /// <param name="denoiser"><see cref="Denoiser"/> under a policy.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>, so that nothing is recorded.</param>
    /// <param name="onEvaluation">Called after each evaluation, on the thread that generates.</param>
    /// <param name="time">What the elapsed time is measured by; the system's clock by default.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <exception cref="ArgumentException">The denoiser has another layout than <see cref="Denoiser"/>.</exception>
    /// <exception cref="StageFailedException">A stage failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public GeneratedPictures Generate(
        CachedDenoiser denoiser,
        IEvaluationObserver? observer = null,
        Action<GenerationProgress>? onEvaluation = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        RequireOwnLayout(denoiser);
        var clock = time ?? TimeProvider.System;
        using var generation = new DenoisingLoop(denoiser, Sampler).Start(Request, observer);
        var told = new ToldProgress(generation, this, onEvaluation, clock);
        var began = clock.GetTimestamp();
        while (generation.MoveNext(cancellationToken))
        {
            told.Tell();
        }

        return Finish(generation, began, told, clock);
    }

    /// <summary>Generates as <see cref="Generate"/> does, but shares the device's stage runs with the other generations of a scheduler.</summary>
    /// <param name="scheduler">Runs the stages.</param>
    /// <param name="denoiser"><see cref="Denoiser"/> under a policy.</param>
    /// <param name="observer">Told what happens, on threads of the scheduler, or <see langword="null"/>, so that nothing is recorded.</param>
    /// <param name="onEvaluation">Called after each evaluation, on a thread of the scheduler: others wait meanwhile.</param>
    /// <param name="time">What the elapsed time is measured by; the system's clock by default.</param>
    /// <param name="cancellationToken">Ends the generation within a stage run.</param>
    /// <inheritdoc cref="Generate" path="/exception"/>
    public async Task<GeneratedPictures> GenerateAsync(
        StageScheduler scheduler,
        CachedDenoiser denoiser,
        IEvaluationObserver? observer = null,
        Action<GenerationProgress>? onEvaluation = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        RequireOwnLayout(denoiser);
        var clock = time ?? TimeProvider.System;
        using var generation = new DenoisingLoop(denoiser, Sampler).Start(Request, observer);
        var told = new ToldProgress(generation, this, onEvaluation, clock);
        var began = clock.GetTimestamp();
        await scheduler.RunAsync(generation, onEvaluation is null ? null : _ => told.Tell(), cancellationToken).ConfigureAwait(false);
        return Finish(generation, began, told, clock);
    }

    private void RequireOwnLayout(CachedDenoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        if (!ReferenceEquals(denoiser.Denoiser.Layout, Denoiser.Layout))
        {
            throw new ArgumentException("The denoiser was made for another layout; make it of PreparedGeneration.Denoiser.", nameof(denoiser));
        }
    }

    /// <summary>Decodes the final latents. What the generation holds on the device goes back first: decoders need room.</summary>
    private GeneratedPictures Finish(Generation generation, long began, ToldProgress told, TimeProvider clock)
    {
        var latents = Enumerable.Range(0, Request.Samples.Length).Select(generation.DownloadLatent).ToArray();
        var elapsed = clock.GetElapsedTime(began) - told.Elapsed;
        generation.Dispose();
        return new GeneratedPictures([.. latents.Select(Picture)], generation.Completed, elapsed);
    }

    private GeneratedPicture Picture(float[] latent)
    {
        var decoded = Decoder.Decode(latent, Size);
        return new GeneratedPicture(decoded.ToImage(), decoded.Planes, latent);
    }

    /// <summary>Tells how far a generation is, and how long the telling took: previews are not the generation's time.</summary>
    private sealed class ToldProgress(Generation generation, PreparedGeneration prepared, Action<GenerationProgress>? onEvaluation, TimeProvider clock)
    {
        private readonly GenerationProgress _progress = new(generation, prepared);

        /// <summary>How long it took so far.</summary>
        public TimeSpan Elapsed { get; private set; }

        public void Tell()
        {
            if (onEvaluation is not null)
            {
                var began = clock.GetTimestamp();
                onEvaluation(_progress);
                Elapsed += clock.GetElapsedTime(began);
            }
        }
    }
}
