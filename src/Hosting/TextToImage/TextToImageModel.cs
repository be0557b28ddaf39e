using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>A denoiser with what turns text into its inputs and its latent into a picture. Immutable and thread-safe; it borrows its parts.</summary>
public sealed class TextToImageModel
{
    /// <summary>Puts the parts together.</summary>
    public TextToImageModel(StagedDenoiser denoiser, ITextEncoder encoder, ILatentDecoder decoder, ISampler sampler)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(sampler);
        (Denoiser, Encoder, Decoder, Sampler) = (denoiser, encoder, decoder, sampler);
    }

    /// <summary>The stages.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>From text to inputs.</summary>
    public ITextEncoder Encoder { get; }

    /// <summary>From latent to picture.</summary>
    public ILatentDecoder Decoder { get; }

    /// <summary>The sampler that the model was made for.</summary>
    public ISampler Sampler { get; }
}
