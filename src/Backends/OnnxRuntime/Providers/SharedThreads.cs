using CachePolicies.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// The helper threads that all sessions of the process share. With threads for each session, a model of ten stages on sixteen cores would start 150 of which
/// 15 ever work, and each takes a stack and a heap of its own: 2 GB of address space for the sample model on two cores.
/// </summary>
internal static class SharedThreads
{
    private static readonly Lock Gate = new();
    private static bool? _isThere;

    /// <summary>
    /// Makes the runtime's environment with the shared threads. Where the program has made the environment before, it stays as it is, and each session has
    /// threads of its own.
    /// </summary>
    /// <returns>Whether there are shared threads.</returns>
    public static bool Prepare()
    {
        lock (Gate)
        {
            return _isThere ??= TryMakeEnvironment();
        }
    }

    /// <summary>Lets a session take its helper threads from the shared ones, where there are any.</summary>
    public static void Join(SessionOptions settings)
    {
        if (Prepare())
        {
            settings.DisablePerSessionThreads();
        }
    }

    private static bool TryMakeEnvironment()
    {
        if (OrtEnv.IsCreated)
        {
            return false;
        }

        using var threads = new OrtThreadingOptions { GlobalIntraOpNumThreads = 0, GlobalInterOpNumThreads = 1, GlobalSpinControl = false };
        var options = new EnvironmentCreationOptions { logId = "cachepolicies", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, threadOptions = threads };
        try
        {
            OrtEnv.CreateInstanceWithOptions(ref options);
            return CanJoin();
        }
        catch (OnnxRuntimeException)
        {
            // The program made it in the meantime.
            return false;
        }
    }

    /// <summary>
    /// Opens a session of one node on the shared threads. A program that makes the environment at the same moment can come first although the runtime reports
    /// no failure here; the environment then has no shared threads, which only a session reveals.
    /// </summary>
    private static bool CanJoin()
    {
        var graph = new OnnxGraphBuilder("threads");
        graph.Output("y", graph.Node("Identity", [graph.Input("x", OnnxElementType.Float32, 1)]), OnnxElementType.Float32, 1);
        using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        settings.DisablePerSessionThreads();
        try
        {
            using var session = new InferenceSession(graph.ToBytes(), settings);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }
}
