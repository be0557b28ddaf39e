namespace CachePolicies.Tool;

/// <summary>Finds the model that a verb runs.</summary>
internal static class ModelFolder
{
    private const string Manifest = "manifest.json";
    private static readonly string Sample = Path.Combine("models", "emoji");

    /// <summary>The folder that was named, or the sample model of the repository that the working folder or the program lies in.</summary>
    /// <exception cref="UsageException">There is no model.</exception>
    public static string Find(string? named)
    {
        if (named is not null)
        {
            return File.Exists(Path.Combine(named, Manifest))
                ? named
                : throw new UsageException($"There is no model in '{named}': it lacks {Manifest}. A folder that 'cachepolicies split' wrote is right.");
        }

        foreach (var start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, Sample);
                if (File.Exists(Path.Combine(candidate, Manifest)))
                {
                    return candidate;
                }
            }
        }

        throw new UsageException($"There is no '{Path.Combine(Sample, Manifest)}' in the working folder or above it; name the folder of a model with --model.");
    }
}
