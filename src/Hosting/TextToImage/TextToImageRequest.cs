using CachePolicies.Reporting;

namespace CachePolicies.Hosting;

/// <summary>A picture that is asked for.</summary>
/// <param name="Prompt">What it shows.</param>
public sealed record TextToImageRequest(string Prompt)
{
    /// <summary>The style, one of those that the model knows.</summary>
    /// <value><see langword="null"/>, the default, for the one that the prompt begins with, or the model's first.</value>
    public string? Style { get; init; }

    /// <summary>The caching policy, by the name it was registered under.</summary>
    /// <value><see langword="null"/>, the default, for the default policy.</value>
    public string? Policy { get; init; }

    /// <summary>Settings of the policy for this picture alone.</summary>
    /// <value><see langword="null"/>, the default, for those that are configured.</value>
    public CachePolicyOverrides? PolicyOverrides { get; init; }

    /// <summary>Sampler steps.</summary>
    /// <value>1 to 1,000. The default is 50.</value>
    public int Steps { get; init; } = 50;

    /// <summary>The scale of classifier-free guidance.</summary>
    /// <value>Finite, at least 0. The default is 3; 1 evaluates without it, in half the time.</value>
    public float Guidance { get; init; } = 3;

    /// <summary>What the noise is made from: equal seeds and settings give equal pictures.</summary>
    /// <value>Any number. The default is 0.</value>
    public long Seed { get; init; }

    /// <summary>Whether each step is reported with what was asked, measured, decided and computed, which costs a little time.</summary>
    /// <value>The default is <see langword="false"/>: steps are counted only.</value>
    public bool ReportDecisions { get; init; }

    /// <summary>After how many steps each a preview is decoded from the latent.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for no previews.</value>
    public int? PreviewEvery { get; init; }
}

/// <summary>What a generation tells: how far it is, and at last the result.</summary>
public abstract record TextToImageUpdate
{
    private protected TextToImageUpdate()
    {
    }
}

/// <summary>The generation waits until others are done.</summary>
/// <param name="Position">Its place in the queue, from 1.</param>
public sealed record TextToImageQueued(int Position) : TextToImageUpdate;

/// <summary>An evaluation of the denoiser is done.</summary>
/// <param name="Completed">How many evaluations are done.</param>
/// <param name="Total">How many there will be.</param>
public sealed record TextToImageProgress(int Completed, int Total) : TextToImageUpdate
{
    /// <summary>What happened in it, a record for each guidance branch; empty unless asked for.</summary>
    public IReadOnlyList<Engine.EvaluationRecord> Decisions { get; init; } = [];

    /// <summary>How long each stage took that ran; empty unless decisions were asked for.</summary>
    public IReadOnlyList<Engine.StageRecord> Stages { get; init; } = [];

    /// <summary>The picture as far as it is, where a preview was asked for.</summary>
    public RgbImage? Preview { get; init; }
}

/// <summary>The picture.</summary>
/// <param name="Image">In 8 bits a channel.</param>
/// <param name="Planes">Red, green and blue as the decoder made them, in [−1, 1]: 3 · height · width numbers.</param>
/// <param name="Policy">The policy that was used.</param>
/// <param name="Evaluations">How many evaluations of the denoiser there were.</param>
/// <param name="Elapsed">How long they took, from the first to the last; waiting, encoding and decoding are not counted.</param>
public sealed record TextToImageResult(RgbImage Image, ReadOnlyMemory<float> Planes, string Policy, int Evaluations, TimeSpan Elapsed) : TextToImageUpdate;
