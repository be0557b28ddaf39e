using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Splitting;

/// <summary>Sessions for proofs: nothing is fused or worked out ahead, so that a whole and its parts run the same kernels, and what a run takes is given back.</summary>
internal static class RuntimeSessions
{
    private const string DataFolder = "session.model_external_initializers_file_folder_path";

    /// <summary>Settings of a session; the caller disposes of them.</summary>
    /// <param name="dataFolder">Where external data lies for a model that is not opened from a file.</param>
    public static SessionOptions Settings(string? dataFolder = null)
    {
        var settings = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        if (dataFolder is not null)
        {
            settings.AddSessionConfigEntry(DataFolder, dataFolder);
        }

        return settings;
    }
}
