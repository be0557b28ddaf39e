namespace CachePolicies.Server;

/// <summary>Who generates. The HTTP layer knows nothing else of models, policies and devices. Thread-safe.</summary>
internal interface IPictureService
{
    /// <summary>The models that can be asked for, the default first.</summary>
    IReadOnlyList<ServedModel> Models { get; }

    /// <summary>Makes pictures: reports progress and ends in <see cref="PicturesDone"/>.</summary>
    /// <param name="job">What is asked for.</param>
    /// <param name="cancellationToken">Stops within one stage.</param>
    /// <exception cref="GenerationRefusedException">The job cannot be done; it says why.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    IAsyncEnumerable<PictureUpdate> GenerateAsync(PictureJob job, CancellationToken cancellationToken);
}

/// <summary>What can be told of a model.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="FileBytes">The bytes of its files.</param>
/// <param name="Loaded">What is known once it is loaded; <see langword="null"/> before.</param>
internal sealed record ServedModel(string Name, long FileBytes, LoadedModel? Loaded);

/// <summary>What a loaded model can do.</summary>
/// <param name="Width">The usual width in pixels.</param>
/// <param name="Height">The usual height in pixels.</param>
/// <param name="HasOneSize">Whether that is the only size.</param>
/// <param name="Steps">The sampler steps of a request that names none.</param>
/// <param name="Guidance">The scale of guidance of a request that names none.</param>
/// <param name="Styles">The styles that it knows.</param>
/// <param name="ResidentBytes">By how much the process grew when it was loaded.</param>
internal sealed record LoadedModel(int Width, int Height, bool HasOneSize, int Steps, float Guidance, IReadOnlyList<string> Styles, long ResidentBytes);
