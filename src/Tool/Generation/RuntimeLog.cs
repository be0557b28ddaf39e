using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Tool;

/// <summary>ONNX Runtime's own log, which it would print before the sentence that says what went wrong.</summary>
internal static class RuntimeLog
{
    /// <summary>Settings of a session that prints nothing. Its exceptions say what its log would have said.</summary>
    public static SessionOptions QuietSession()
    {
        OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        return new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    }
}
