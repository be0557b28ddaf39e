using CachePolicies.TextToImage;

namespace CachePolicies.Hosting;

/// <summary>Makes pictures of text with the registered model under a registered policy. Thread-safe.</summary>
public interface ITextToImageGenerator
{
    /// <summary>The model; it is loaded when it is first used.</summary>
    /// <exception cref="NotSupportedException">The model brings no tokenizer and decoder.</exception>
    ITextToImageModel Model { get; }

    /// <summary>
    /// Generates: waits for its turn, reports progress and ends in a <see cref="TextToImageResult"/>. The work does not depend on its reader: a slow or stalled
    /// one delays nobody, finds up to 64 reports of progress (further ones merged into the last, with all their decisions) and the result. One who disposes the
    /// enumeration before its end cancels the work.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Stops within one stage.</param>
    /// <exception cref="ArgumentException">The request cannot be met; the message says what was expected.</exception>
    /// <exception cref="CachePlanException">The policy cannot run on the model.</exception>
    /// <exception cref="GenerationQueueFullException">Too many are waiting already, or the turn did not come in time.</exception>
    /// <exception cref="ObjectDisposedException">The host has stopped.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IAsyncEnumerable<TextToImageUpdate> GenerateAsync(TextToImageRequest request, CancellationToken cancellationToken = default);
}

/// <summary>Shorter ways to a picture.</summary>
public static class TextToImageGeneratorExtensions
{
    /// <summary>Generates and returns the result alone.</summary>
    /// <inheritdoc cref="ITextToImageGenerator.GenerateAsync"/>
    public static async Task<TextToImageResult> GenerateImageAsync(
        this ITextToImageGenerator generator, TextToImageRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        TextToImageResult? result = null;
        await foreach (var update in generator.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            result = update as TextToImageResult ?? result;
        }

        return result ?? throw new InvalidOperationException("The generator ended without a result.");
    }
}
