using CachePolicies.Diffusers;

namespace CachePolicies.Tool;

/// <summary>Finds the model that a verb runs.</summary>
internal static class ModelFolder
{
    /// <summary>The folder that was named; without a name the sample model, which lies beside the packed tool, and in the repository.</summary>
    /// <exception cref="UsageException">There is no model.</exception>
    public static string Find(string? named)
    {
        if (named is not null)
        {
            return TextToImage.ModelFolder.IsModel(named) || DiffusersFolder.IsPipeline(named)
                ? named
                : throw new UsageException(
                    $"There is no model in '{named}': it has neither {Models.ModelManifest.FileName} nor {DiffusersFolder.IndexFile}. Expected a folder that 'cachepolicies split' or 'optimum-cli export onnx' wrote.");
        }

        return TextToImage.ModelFolder.FindSample()
            ?? throw new UsageException("The sample model was not found beside the tool, nor in the working folder or above it; name the folder of a model with --model.");
    }
}
