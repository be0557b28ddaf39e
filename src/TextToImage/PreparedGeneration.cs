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
        ArgumentNullException.ThrowIfNull(denoiser);
        if (!ReferenceEquals(denoiser.Denoiser.Layout, Denoiser.Layout))
        {
            throw new ArgumentException("The denoiser was made for another layout; make it of PreparedGeneration.Denoiser.", nameof(denoiser));
        }

        var clock = time ?? TimeProvider.System;
        var (latents, evaluations, elapsed) = Denoise(new DenoisingLoop(denoiser, Sampler), observer, onEvaluation, clock, cancellationToken);
        return new GeneratedPictures([.. latents.Select(Picture)], evaluations, elapsed);
    }

    private (float[][] Latents, int Evaluations, TimeSpan Elapsed) Denoise(
        DenoisingLoop loop, IEvaluationObserver? observer, Action<GenerationProgress>? onEvaluation, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var generation = loop.Start(Request, observer);
        var progress = onEvaluation is null ? null : new GenerationProgress(generation, this);
        var began = clock.GetTimestamp();
        while (generation.MoveNext(cancellationToken))
        {
            onEvaluation?.Invoke(progress!);
        }

        var latents = Enumerable.Range(0, Request.Samples.Length).Select(generation.DownloadLatent).ToArray();
        return (latents, generation.Completed, clock.GetElapsedTime(began));
    }

    private GeneratedPicture Picture(float[] latent)
    {
        var decoded = Decoder.Decode(latent, Size);
        return new GeneratedPicture(decoded.ToImage(), decoded.Planes, latent);
    }
}
