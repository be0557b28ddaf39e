namespace CachePolicies.Server;

/// <summary>Pictures that are asked for: a pure description. Equal jobs give equal pictures wherever they are made.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Prompt">What the pictures show.</param>
/// <param name="Seed">What the noise is made from.</param>
internal sealed record PictureJob(string Model, string Prompt, long Seed)
{
    /// <summary>What the pictures should not show, or <see langword="null"/>.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>The model's style, or <see langword="null"/> for its default.</summary>
    public string? Style { get; init; }

    /// <summary>Pixels per row, or <see langword="null"/> for the model's usual width.</summary>
    public int? Width { get; init; }

    /// <summary>Rows, or <see langword="null"/> for the model's usual height.</summary>
    public int? Height { get; init; }

    /// <summary>Sampler steps, or <see langword="null"/> for the model's.</summary>
    public int? Steps { get; init; }

    /// <summary>The scale of guidance, or <see langword="null"/> for the model's.</summary>
    public float? Guidance { get; init; }

    /// <summary>How many pictures, in one batch.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The caching policy's name, or <see langword="null"/> for the default.</summary>
    public string? Policy { get; init; }

    /// <summary>What the pictures are to reach in place of settings (<c>40 dB</c>), or <see langword="null"/>.</summary>
    public string? Target { get; init; }

    /// <summary>Settings of the policy by name, for this job alone.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>How many pictures in the making are wanted.</summary>
    public int PartialImages { get; init; }

    /// <summary>Whether each step is told, with what was decided and a preview.</summary>
    public bool Progress { get; init; }
}
