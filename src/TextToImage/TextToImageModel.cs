using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>
/// A denoiser with what turns text into its inputs and its latent into a picture, put together from parts. Immutable and thread-safe; it borrows its
/// parts but for those that it is told to own.
/// </summary>
public sealed class TextToImageModel : ITextToImageModel
{
    private const int UsualSteps = 50;
    private const float UsualGuidance = 3;

    private readonly DenoiserBindings _bindings;
    private readonly IDisposable? _owned;

    /// <summary>Puts the parts together.</summary>
    /// <param name="denoiser">The stages; free axes of the layout get their sizes from the encoder and the decoder.</param>
    /// <param name="encoder">From text to inputs.</param>
    /// <param name="decoder">From latent to picture.</param>
    /// <param name="sampler">The sampler that the model was made for.</param>
    /// <param name="owned">Disposed of with the model, or <see langword="null"/>.</param>
    public TextToImageModel(StagedDenoiser denoiser, ITextEncoder encoder, ILatentDecoder decoder, ISampler sampler, IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(sampler);
        (Denoiser, Encoder, Decoder, Sampler, _owned) = (denoiser, encoder, decoder, sampler, owned);
        Defaults = new PictureDefaults(UsualSteps, UsualGuidance, decoder.Sizes);
        _bindings = new DenoiserBindings(denoiser);
    }

    /// <inheritdoc/>
    public string Name => Denoiser.Layout.Name;

    /// <inheritdoc/>
    public PictureDefaults Defaults { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Styles => Encoder.Styles;

    /// <inheritdoc/>
    public StagedDenoiser Denoiser { get; }

    /// <summary>From text to inputs.</summary>
    public ITextEncoder Encoder { get; }

    /// <summary>From latent to picture.</summary>
    public ILatentDecoder Decoder { get; }

    /// <summary>The sampler that the model was made for.</summary>
    public ISampler Sampler { get; }

    /// <inheritdoc/>
    public SamplingSchedule CreateSchedule(PictureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Sampler.CreateSchedule(request.Steps ?? Defaults.Steps);
    }

    /// <inheritdoc/>
    public PreparedGeneration Prepare(PictureRequest request, CancellationToken cancellationToken = default)
    {
        PictureRules.Check(request);
        RequireKnown(request);
        cancellationToken.ThrowIfCancellationRequested();
        var size = Defaults.Sizes.Require(request.Width, request.Height, Name);
        var guidance = request.Guidance ?? Defaults.Guidance;
        var text = Encoder.Encode(request, guided: guidance != 1);
        var bound = _bindings.For(Decoder.AxesOf(size), text.Axes);
        var count = checked((int)bound.Layout.Latent.Primary.Shape.ElementCount);
        var stream = new NoiseStream(request.Noise, request.Seed, request.ImageCount);
        var samples = stream.Draw(count)
            .Select((n, i) => new GenerationSample(n, text.Conditional, text.Unconditional) { FreshNoise = () => stream.Continue(i) })
            .ToImmutableArray();
        return new PreparedGeneration(bound, Sampler, new GenerationRequest(request.Steps ?? Defaults.Steps, samples, guidance), size, Decoder) { Notes = text.Notes };
    }

    /// <summary>Disposes of what the model owns.</summary>
    public void Dispose() => _owned?.Dispose();

    private void RequireKnown(PictureRequest request)
    {
        string? unknown = request switch
        {
            { TrueGuidance: not null } => "has no guidance other than its own; use the guidance scale",
            { GuidanceRescale: > 0 } => "does not rescale guidance",
            { Image: not null } => "has no encoder for pictures, so that it cannot start from one",
            { MaxSequenceLength: not null } => "has one length of text",
            { OriginalSize: not null } or { TargetSize: not null } => "is not conditioned on sizes",
            _ => request.CropTopLeft == default ? null : "is not conditioned on crops",
        };
        if (unknown is not null)
        {
            throw new ArgumentException($"'{Name}' {unknown}.");
        }
    }
}
