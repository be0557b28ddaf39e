using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>A model that makes pictures of text: all that lies between a request and a generation. Thread-safe.</summary>
public interface ITextToImageModel : IDisposable
{
    /// <summary>The name in messages.</summary>
    string Name { get; }

    /// <summary>What a request that leaves something open gets.</summary>
    PictureDefaults Defaults { get; }

    /// <summary>The styles that a prompt can be drawn in, the default first; empty where the model knows none.</summary>
    IReadOnlyList<string> Styles { get; }

    /// <summary>The stages, opened when they are first asked for; their layout may have free axes, which <see cref="Prepare"/> gives sizes.</summary>
    StagedDenoiser Denoiser { get; }

    /// <summary>The evaluations of a picture: its steps, its size and its strength matter, its text does not.</summary>
    /// <exception cref="ArgumentException">The request cannot be met.</exception>
    SamplingSchedule CreateSchedule(PictureRequest request);

    /// <summary>Checks a request, encodes its text and makes its noise. What it returns can be generated any number of times, under any policy.</summary>
    /// <param name="request">The picture that is asked for.</param>
    /// <param name="cancellationToken">Looked at between the parts.</param>
    /// <exception cref="ArgumentException">The request cannot be met (<see cref="PromptException"/>, <see cref="PictureSizeException"/>); the message says what can.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    PreparedGeneration Prepare(PictureRequest request, CancellationToken cancellationToken = default);
}

/// <summary>What a request that leaves something open gets.</summary>
/// <param name="Steps">Sampler steps.</param>
/// <param name="Guidance">The scale of guidance.</param>
/// <param name="Sizes">The sizes that the model draws, with the usual one.</param>
public sealed record PictureDefaults(int Steps, float Guidance, PictureSizes Sizes);
