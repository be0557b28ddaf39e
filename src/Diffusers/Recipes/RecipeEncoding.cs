using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>What a recipe encodes a request with: the folder, the size of the picture, the text encoders.</summary>
public sealed class RecipeEncoding
{
    /// <summary>The output that is the state before the last of a text encoder.</summary>
    public const string Penultimate = EncoderOutputs.Penultimate;

    /// <summary>The length that the tokenizer's settings say; CLIP's is 77.</summary>
    public const int OwnLength = 0;

    private const int ClipLength = 77;

    private readonly TextEncoders _encoders;
    private readonly List<string> _notes;
    private readonly CancellationToken _cancellation;

    internal RecipeEncoding(DiffusersFolder folder, PictureSize size, PictureDefaults defaults, LatentForm latent, TextEncoders encoders, List<string> notes, CancellationToken cancellation) =>
        (Folder, Size, Defaults, Latent, _encoders, _notes, _cancellation) = (folder, size, defaults, latent, encoders, notes, cancellation);

    /// <summary>The folder.</summary>
    public DiffusersFolder Folder { get; }

    /// <summary>The size of the picture.</summary>
    public PictureSize Size { get; }

    /// <summary>What a request that does not say gets.</summary>
    public PictureDefaults Defaults { get; }

    /// <summary>How the picture lies in the latent.</summary>
    public LatentForm Latent { get; }

    /// <summary>Whether the denoiser has an input.</summary>
    public bool Reads(string input) => Folder.Denoiser.Ports.Input(input) is not null;

    /// <summary>The last axis of an input of the denoiser.</summary>
    /// <exception cref="InvalidDataException">The graph does not declare it.</exception>
    public int WidthOf(string input) => Folder.Denoiser.Ports.Input(input)?.SizeFromEnd(1) is { } width and > 0 and < int.MaxValue
        ? (int)width
        : throw new InvalidDataException($"{Folder.Denoiser.Name} does not declare how many numbers '{input}' has per row.");

    /// <summary>The tokens of a text: those asked for, else those that the denoiser was exported for, else the family's usual number.</summary>
    /// <param name="input">The input of the denoiser that reads the text, a row per token.</param>
    /// <param name="asked">What the request asks for.</param>
    /// <param name="usual">The family's usual number.</param>
    /// <param name="others">Rows of the input that are not this text's.</param>
    /// <exception cref="ArgumentException">The denoiser was exported for another number than the one asked for.</exception>
    public int TextLength(string input, int? asked, int usual, int others = 0)
    {
        if (Folder.Denoiser.Ports.Input(input)?.SizeFromEnd(2) is not { } rows || rows <= others || rows > int.MaxValue)
        {
            return asked ?? usual;
        }

        var length = (int)rows - others;
        return asked is null || asked == length ? length : throw new ArgumentException($"'{Folder.Name}' was exported for texts of {length} tokens; asked for {asked}.");
    }

    /// <summary>Runs a text encoder, which is opened for it and closed afterwards; what was encoded before comes from memory.</summary>
    /// <param name="encoder">The subfolder; its tokenizer is the one of the same number.</param>
    /// <param name="texts">The texts, one after the other.</param>
    /// <param name="length">Tokens per text, padding included, or <see cref="OwnLength"/>.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    /// <returns>For each text its outputs in the order asked for.</returns>
    /// <exception cref="InvalidDataException">The encoder lacks an output.</exception>
    public EncodedState[][] Run(string encoder, IReadOnlyList<string> texts, int length, params string[] outputs)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var part = Folder.Find(encoder) ?? throw new InvalidDataException($"The folder has no {encoder}.");
        var tokenizer = Folder.Tokenizer(encoder.Replace("text_encoder", "tokenizer", StringComparison.Ordinal));
        var tokens = length == OwnLength ? tokenizer.MaximumLength ?? ClipLength : length;
        return _encoders.Run(part, tokenizer, texts, tokens, outputs, _notes, _cancellation);
    }

    /// <summary>Tells the user something: a sentence.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Refuses a request that asks for what the family does not have.</summary>
    /// <exception cref="ArgumentException">It does; the message says what.</exception>
    public void Refuse(PictureRequest request, RequestFeatures features)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = request switch
        {
            { TrueGuidance: not null } when features.HasFlag(RequestFeatures.TrueGuidance) => "true guidance; its guidance is classifier-free already",
            { MaxSequenceLength: not null } when features.HasFlag(RequestFeatures.SequenceLength) => "a maximum sequence length; its text has one length",
            _ when features.HasFlag(RequestFeatures.SizeConditioning) && (request.OriginalSize ?? request.TargetSize) is not null => "an original or target size",
            _ when features.HasFlag(RequestFeatures.SizeConditioning) && request.CropTopLeft != default => "a crop",
            _ => null,
        };
        if (asked is not null)
        {
            throw new ArgumentException($"{Folder.Recipe.Name} has no such thing as {asked}.");
        }
    }
}
