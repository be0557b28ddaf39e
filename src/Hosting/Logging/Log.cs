using CachePolicies.Backends.OnnxRuntime;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting;

/// <summary>All messages that are logged.</summary>
internal static partial class Log
{
    /// <summary>The category of policies and their settings.</summary>
    public const string PolicyCategory = "CachePolicies.Policies";

    /// <summary>The category of generations.</summary>
    public const string GenerationCategory = "CachePolicies.Generation";

    [LoggerMessage(1, LogLevel.Information, "The settings in '{Section}' changed; they apply from the next generation on.")]
    public static partial void Reloaded(ILogger logger, string section);

    [LoggerMessage(2, LogLevel.Error, "The changed settings in '{Section}' are refused and the last good ones stay: {Problem}")]
    public static partial void ReloadRefused(ILogger logger, string section, string problem);

    [LoggerMessage(3, LogLevel.Information, "The model '{Model}' is loaded on {Backend}.")]
    public static partial void ModelLoaded(ILogger logger, string model, string backend);

    [LoggerMessage(4, LogLevel.Information, "The backend '{Backend}' is open. {Selection}")]
    public static partial void BackendOpened(ILogger logger, string backend, ProviderSelection selection);

    [LoggerMessage(5, LogLevel.Warning, "{Source} had settings and has none at all now, as if it were broken or being written; its last good ones stay.")]
    public static partial void SourceLost(ILogger logger, string source);

    [LoggerMessage(6, LogLevel.Information, "{Note}")]
    public static partial void PlanNote(ILogger logger, string note);

    [LoggerMessage(10, LogLevel.Debug, "A generation of {Evaluations} evaluations under '{Policy}' took {Milliseconds:F1} ms.")]
    public static partial void Generated(ILogger logger, string policy, int evaluations, double milliseconds);

    [LoggerMessage(11, LogLevel.Warning, "The cache '{Policy}' may not do what you expect: {Findings}")]
    public static partial void Suspicious(ILogger logger, string policy, string findings);

    [LoggerMessage(12, LogLevel.Warning, "The model '{Model}' was not warmed up under '{Policy}': {Problem}")]
    public static partial void NotWarmedUp(ILogger logger, string model, string policy, string problem);
}
