namespace CachePolicies.TextToImage;

/// <summary>A picture that is asked for. Whatever is <see langword="null"/> is as the model has it.</summary>
/// <param name="Prompt">What it shows; at most <see cref="MaximumPromptLength"/> characters.</param>
public record PictureRequest(string Prompt)
{
    /// <summary>The most characters of a prompt, in any language.</summary>
    public const int MaximumPromptLength = 16_384;

    /// <summary>The most pictures per request.</summary>
    public const int MaximumImageCount = 64;

    /// <summary>The style, one of those that the model knows.</summary>
    /// <value><see langword="null"/>, the default, for the one that the prompt begins with, or the model's first.</value>
    public string? Style { get; init; }

    /// <summary>What the picture should not show.</summary>
    /// <value>At most <see cref="MaximumPromptLength"/> characters. <see langword="null"/>, the default, for none.</value>
    public string? NegativePrompt { get; init; }

    /// <summary>Pixels per row.</summary>
    /// <value>A width that the model can draw. The default is the model's.</value>
    public int? Width { get; init; }

    /// <summary>Rows.</summary>
    /// <value>A height that the model can draw. The default is the model's.</value>
    public int? Height { get; init; }

    /// <summary>Sampler steps.</summary>
    /// <value>1 to 1,000. The default is the model's.</value>
    public int? Steps { get; init; }

    /// <summary>The scale of guidance: of classifier-free guidance, or the number that a guidance-distilled model is told.</summary>
    /// <value>Finite, at least 0. The default is the model's; 1 evaluates without classifier-free guidance, in half the time.</value>
    public float? Guidance { get; init; }

    /// <summary>The scale of classifier-free guidance on a model that is guidance-distilled (FLUX); it needs a negative prompt.</summary>
    /// <value>Finite, at least 0. <see langword="null"/>, the default, and anything up to 1 is without.</value>
    public float? TrueGuidance { get; init; }

    /// <summary>How far the guided output is brought back to the spread of the conditional one (φ of arXiv 2305.08891, section 3.4).</summary>
    /// <value>0 to 1. The default, 0, leaves it as it is.</value>
    public float GuidanceRescale { get; init; }

    /// <summary>How many pictures are made, in one batch.</summary>
    /// <value>1 to <see cref="MaximumImageCount"/>. The default is 1.</value>
    public int ImageCount { get; init; } = 1;

    /// <summary>What the noise is made from: equal seeds and settings give equal pictures.</summary>
    /// <value>Any number. The default is 0.</value>
    public long Seed { get; init; }

    /// <summary>How noise comes from the seed.</summary>
    /// <value>The default is <see cref="NoiseKind.Own"/>.</value>
    public NoiseKind Noise { get; init; }

    /// <summary>The most tokens of the long text encoder (T5), where the model has one.</summary>
    /// <value>At least 1. The default is the model's.</value>
    public int? MaxSequenceLength { get; init; }

    /// <summary>The size that the picture pretends to have been cropped from (SDXL's micro-conditioning).</summary>
    /// <value>The default is the picture's own.</value>
    public PictureSize? OriginalSize { get; init; }

    /// <summary>Where the picture pretends to have been cropped (SDXL's micro-conditioning).</summary>
    /// <value>The default is the top left corner.</value>
    public PictureOffset CropTopLeft { get; init; }

    /// <summary>The size that the picture pretends to have been scaled to (SDXL's micro-conditioning).</summary>
    /// <value>The default is the picture's own.</value>
    public PictureSize? TargetSize { get; init; }

    /// <summary>The picture to start from, in place of noise alone.</summary>
    /// <value><see langword="null"/>, the default, for none.</value>
    public SourcePicture? Image { get; init; }

    /// <summary>Which part of <see cref="Image"/> is drawn again: light where it is, dark where the picture stays.</summary>
    /// <value><see langword="null"/>, the default, for all of it.</value>
    public SourcePicture? Mask { get; init; }

    /// <summary>How far <see cref="Image"/> is drawn again: the share of the steps that run.</summary>
    /// <value>Above 0, at most 1. The default is 0.8; read where there is an image.</value>
    public float Strength { get; init; } = 0.8f;
}

/// <summary>How noise comes from a seed.</summary>
public enum NoiseKind
{
    /// <summary>The project's own generator (<see cref="GaussianNoise"/>): the same numbers on every platform.</summary>
    Own,

    /// <summary>As <c>torch.randn</c> makes it on the CPU, so that a picture can be compared with diffusers' of the same seed.</summary>
    Torch,
}

/// <summary>A place in a picture.</summary>
/// <param name="Top">Rows from the top.</param>
/// <param name="Left">Pixels from the left.</param>
public readonly record struct PictureOffset(int Top, int Left);
