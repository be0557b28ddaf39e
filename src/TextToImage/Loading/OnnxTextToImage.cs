using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Files;
using CachePolicies.Models;

namespace CachePolicies.TextToImage;

/// <summary>Makes a text-to-image model of what a manifest brings.</summary>
public static class OnnxTextToImage
{
    /// <summary>Opens a staged model; it owns its stages.</summary>
    /// <param name="directory">The folder with the manifest.</param>
    /// <param name="backend">Where it runs. Borrowed, and disposed of after the model.</param>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the manifest contradicts the graphs.</exception>
    /// <exception cref="NotSupportedException">The manifest names no parts, or some of an unknown kind.</exception>
    /// <exception cref="InvalidDataException">A file that it names is missing or damaged.</exception>
    public static TextToImageModel Open(string directory, OnnxRuntimeBackend backend)
    {
        var model = OnnxDenoiserModel.Load(directory, backend);
        try
        {
            return Create(model, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model with the encoder, decoder and sampler that its manifest names.</summary>
    /// <param name="model">The model. Borrowed.</param>
    /// <exception cref="NotSupportedException">The manifest names no parts, or some of an unknown kind.</exception>
    /// <exception cref="InvalidModelException">The parts contradict each other or the denoiser.</exception>
    /// <exception cref="InvalidDataException">A file that it names is missing or damaged.</exception>
    public static TextToImageModel Create(OnnxDenoiserModel model) => Create(model, null);

    private static TextToImageModel Create(OnnxDenoiserModel model, IDisposable? owned)
    {
        ArgumentNullException.ThrowIfNull(model);
        var parts = model.Manifest.TextToImage ?? throw new NotSupportedException(
            $"The model '{model.Manifest.Name}' in '{model.Directory}' brings no tokenizer and decoder (its manifest has no section 'textToImage'), so pictures cannot be made of text with it. " +
            "Use ICachedDenoiserFactory with a pipeline of your own, or UseTextToImage with an encoder and a decoder.");
        try
        {
            ManifestParts.Check(model.Manifest, model.Denoiser.Layout, parts);
            return new TextToImageModel(model.Denoiser, EncoderOf(model, parts.Tokenizer), DecoderOf(model, parts.Decoder), SamplerOf(model, parts.Sampler), owned);
        }
        catch (ArgumentException contradiction)
        {
            throw new InvalidModelException($"The section 'textToImage' of '{model.Manifest.Name}' contradicts itself: {ManifestParts.Sentence(contradiction)}", contradiction);
        }
    }

    private static WordTokenizer EncoderOf(OnnxDenoiserModel model, TokenizerManifest tokenizer)
    {
        Require(model, "tokenizer", tokenizer.Kind, "words");
        Require(model, "treatment of unknown words", tokenizer.Unknown, "refuse");
        return new WordTokenizer(VocabularyFile.Read(FolderFile.Resolve(model.Directory, tokenizer.Vocabulary)), tokenizer.Length, tokenizer.Input, tokenizer.Styles, tokenizer.Empty);
    }

    private static PatchDecoder DecoderOf(OnnxDenoiserModel model, DecoderManifest decoder)
    {
        Require(model, "decoder", decoder.Kind, "patches");
        return new PatchDecoder(decoder.Width, decoder.Height, decoder.Patch, decoder.Minimum, decoder.Maximum);
    }

    private static ISampler SamplerOf(OnnxDenoiserModel model, SamplerManifest sampler)
    {
        Require(model, "sampler", sampler.Kind, [.. Samplers.Names]);
        return Samplers.Create(sampler.Kind, sampler.Shift);
    }

    private static void Require(OnnxDenoiserModel model, string what, string kind, params string[] known)
    {
        if (!known.Contains(kind, StringComparer.Ordinal))
        {
            throw new NotSupportedException($"The {what} '{kind}' of '{model.Manifest.Name}' is not known; expected {string.Join(" or ", known)}.");
        }
    }
}
