namespace CachePolicies.Tool;

/// <summary>Finds the model that a verb runs.</summary>
internal static class ModelFolder
{
    /// <summary>The folder that was named, or the sample model of the repository that the working folder or the program is in.</summary>
    /// <exception cref="UsageException">There is no model.</exception>
    public static string Find(string? named)
    {
        if (named is null)
        {
            return TextToImage.ModelFolder.FindSample()
                ?? throw new UsageException($"There is no sample model '{TextToImage.ModelFolder.Sample}' in the working folder or above it; name the folder of a model with --model.");
        }

        return TextToImage.ModelFolder.IsModel(named)
            ? named
            : throw new UsageException($"There is no model in '{named}': it lacks {Backends.OnnxRuntime.ModelManifest.FileName}. Expected a folder that 'cachepolicies split' wrote.");
    }
}
