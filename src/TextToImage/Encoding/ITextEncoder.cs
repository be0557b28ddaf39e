using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>Turns the text of a request into inputs of the denoiser. Thread-safe.</summary>
public interface ITextEncoder
{
    /// <summary>The styles that a prompt can be drawn in, the default first; empty where the model knows none.</summary>
    IReadOnlyList<string> Styles { get; }

    /// <summary>Encodes prompt, style and negative prompt.</summary>
    /// <param name="request">The picture that is asked for.</param>
    /// <param name="guided">Whether the inputs of the unconditional branch are needed.</param>
    /// <exception cref="PromptException">The prompt or the style cannot be used; the message says why and what can.</exception>
    TextConditioning Encode(PictureRequest request, bool guided);
}

/// <summary>What a text is for the denoiser.</summary>
/// <param name="Conditional">The inputs with the prompt, by name.</param>
/// <param name="Unconditional">The inputs with the negative prompt or none, by name; <see langword="null"/> where they were not asked for.</param>
public sealed record TextConditioning(IReadOnlyDictionary<string, InputValue> Conditional, IReadOnlyDictionary<string, InputValue>? Unconditional)
{
    /// <summary>The sizes that the layout's free axes of text get, by name.</summary>
    public IReadOnlyDictionary<string, int> Axes { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>What the user should know: that a prompt was cut, for instance. Sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
