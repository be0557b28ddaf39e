namespace CachePolicies.Server;

/// <summary>All messages that the server logs. None has a prompt or a key in it.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "The model '{Model}' was loaded in {Seconds:F1} s; the process grew by {Mebibytes:F0} MiB.")]
    public static partial void ModelLoaded(ILogger logger, string model, double seconds, double mebibytes);

    [LoggerMessage(101, LogLevel.Error, "The model '{Model}' cannot be loaded.")]
    public static partial void ModelFailed(ILogger logger, string model, Exception failure);

    [LoggerMessage(102, LogLevel.Error, "A generation failed.")]
    public static partial void GenerationFailed(ILogger logger, Exception failure);

    [LoggerMessage(103, LogLevel.Information, "'{Client}' got {Count} of '{Model}' under '{Policy}' in {Seconds:F2} s: {Full:F0} steps in full, {Part:F0} in part, {Skipped:F0} skipped.")]
    public static partial void Generated(ILogger logger, string client, int count, string model, string policy, double seconds, double full, double part, double skipped);

    [LoggerMessage(104, LogLevel.Error, "A request failed.")]
    public static partial void RequestFailed(ILogger logger, Exception failure);

    [LoggerMessage(105, LogLevel.Error, "A picture cannot be stored in '{Directory}'.")]
    public static partial void StoreFailed(ILogger logger, string directory, Exception failure);

    [LoggerMessage(106, LogLevel.Information, "'{Client}' was refused ({Status}): {Code}.")]
    public static partial void Refused(ILogger logger, string client, int status, string code);

    [LoggerMessage(107, LogLevel.Warning, "A result cannot be read or stored in '{Directory}'; pictures are made and answered as without.")]
    public static partial void ResultFailed(ILogger logger, string directory, Exception failure);

    [LoggerMessage(108, LogLevel.Warning, "The result '{Path}' is damaged and is removed; its pictures are made again.")]
    public static partial void ResultDamaged(ILogger logger, string path);
}
