namespace CachePolicies.Engine;

/// <summary>A denoiser, a policy and a sampler, ready to generate. Immutable and thread-safe.</summary>
public sealed class DenoisingLoop
{
    /// <summary>Puts a cached denoiser and a sampler together.</summary>
    /// <param name="denoiser">The denoiser under its policy.</param>
    /// <param name="sampler">The sampler.</param>
    /// <exception cref="InvalidLayoutException">The output is not of the latent's type and shape, so that no sampler can add them.</exception>
    public DenoisingLoop(CachedDenoiser denoiser, ISampler sampler)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(sampler);
        var layout = denoiser.Denoiser.Layout;
        if (!layout.Latent.Primary.IsCompatibleWith(layout.Output.Primary))
        {
            throw new InvalidLayoutException($"A sampler adds the output to the latent; '{layout.Name}' has the latent {layout.Latent.Primary} and the output {layout.Output.Primary}.");
        }

        Denoiser = denoiser;
        Sampler = sampler;
    }

    /// <summary>The denoiser under its policy.</summary>
    public CachedDenoiser Denoiser { get; }

    /// <summary>The sampler.</summary>
    public ISampler Sampler { get; }

    /// <summary>Starts a generation: uploads noise and conditioning, evaluates nothing yet. The caller disposes it.</summary>
    /// <param name="request">What to start from.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The request does not fit the model; the message says what would.</exception>
    public Generation Start(GenerationRequest request, IEvaluationObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Generation(this, request, observer);
    }

    /// <summary>Generates and returns the final latent of each sample.</summary>
    /// <param name="request">What to start from.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <exception cref="ArgumentException">The request does not fit the model; the message says what would.</exception>
    public float[][] Run(GenerationRequest request, IEvaluationObserver? observer = null, CancellationToken cancellationToken = default)
    {
        using var generation = Start(request, observer);
        while (generation.MoveNext(cancellationToken))
        {
        }

        return [.. Enumerable.Range(0, request.Samples.Length).Select(generation.DownloadLatent)];
    }
}
