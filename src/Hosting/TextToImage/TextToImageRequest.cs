using CachePolicies.Policies;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Hosting;

/// <summary>A picture that is asked for, and how it is made.</summary>
/// <param name="Prompt">What it shows; at most <see cref="PictureRequest.MaximumPromptLength"/> characters.</param>
public sealed record TextToImageRequest(string Prompt) : PictureRequest(Prompt)
{
    /// <summary>The caching policy, by the name it was registered under.</summary>
    /// <value><see langword="null"/>, the default, for the default policy.</value>
    public string? Policy { get; init; }

    /// <summary>Settings of the policy for this picture alone.</summary>
    /// <value><see langword="null"/>, the default, for those that are configured.</value>
    public CachePolicyOverrides? PolicyOverrides { get; init; }

    /// <summary>
    /// What the picture is to reach, in place of settings: the host's measured settings (<see cref="CachePoliciesOptions.MeasuredFile"/>) say which policy and settings that takes, among
    /// the registered policies, or of <see cref="Policy"/> where that is named.
    /// </summary>
    /// <value><see langword="null"/>, the default, for the host's own target where it has one. Does not go with <see cref="PolicyOverrides"/>.</value>
    public GenerationTarget? Target { get; init; }

    /// <summary>Whether each step is reported with what was asked, measured, decided and computed, which costs a little time.</summary>
    /// <value>The default is <see langword="false"/>: steps are counted only.</value>
    public bool ReportDecisions { get; init; }

    /// <summary>A preview is decoded from the latent each time this many evaluations are done.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for no previews.</value>
    public int? PreviewEvery { get; init; }
}

/// <summary>What a generation reports: how far it is, and at last the result.</summary>
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
/// <param name="Pictures">What was made, one or more in the order of the batch.</param>
/// <param name="Policy">The policy that was used.</param>
public sealed record TextToImageResult(GeneratedPictures Pictures, string Policy) : TextToImageUpdate
{
    /// <summary>The first picture in 8 bits per channel.</summary>
    public RgbImage Image => Pictures.First.Image;

    /// <summary>The first picture's red, green and blue as the decoder made them, in [−1, 1]: 3 · height · width numbers.</summary>
    public ReadOnlyMemory<float> Planes => Pictures.First.Planes;

    /// <summary>How many evaluations of the denoiser there were.</summary>
    public int Evaluations => Pictures.Evaluations;

    /// <summary>How long they took, from the first to the last; waiting, encoding and decoding are not counted.</summary>
    public TimeSpan Elapsed => Pictures.Elapsed;

    /// <summary>What the cache did; <see langword="null"/> unless decisions were asked for.</summary>
    public CacheReport? Report { get; init; }

    /// <summary>What was chosen for a target, and what is expected of it; <see langword="null"/> where there was none.</summary>
    public TargetChoice? Target { get; init; }

    /// <summary>What the user should know: that a prompt was cut, for instance. Sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
