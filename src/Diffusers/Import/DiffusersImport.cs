using CachePolicies.Splitting;

namespace CachePolicies.Diffusers;

/// <summary>Cuts the denoiser of a pipeline into stages, once.</summary>
public static class DiffusersImport
{
    private static readonly Lock OneAtATime = new();

    /// <summary>The stages of a folder's denoiser; cuts it where that was not done yet. The folder of stages appears whole or not at all.</summary>
    /// <param name="folder">The pipeline.</param>
    /// <param name="cancellationToken">Looked at between the parts of the work.</param>
    /// <returns>Where the stages are, and what was cut just now.</returns>
    /// <exception cref="ModelSplitException">The denoiser cannot be cut; the message says why.</exception>
    /// <exception cref="IOException">The stages cannot be written.</exception>
    public static ImportResult Ensure(DiffusersFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        lock (OneAtATime)
        {
            if (StagesFolder.Find(folder) is { } ready)
            {
                return new(ready, null);
            }

            var target = StagesFolder.ForWriting(folder);
            if (Directory.Exists(target.Path))
            {
                // Stages of another graph: what they were cut from has changed since.
                Directory.Delete(target.Path, recursive: true);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target.Path)!);
            var options = new SplitOptions { Name = folder.Name, Prediction = folder.Recipe.Prediction, Family = folder.Recipe.Family };
            options.Sections[StagesFolder.SourceSection] = StagesFolder.SourceOf(folder);
            var split = DenoiserSplitter.Split(folder.Denoiser.GraphPath, target.Path, options, cancellationToken: cancellationToken);
            return new(target, split);
        }
    }
}

/// <summary>The stages of a pipeline's denoiser.</summary>
/// <param name="Stages">Where they are.</param>
/// <param name="Split">What was cut, or <see langword="null"/> where it was done before.</param>
public sealed record ImportResult(StagesFolder Stages, SplitResult? Split);
