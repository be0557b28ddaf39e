using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Samples.TextToImage;

/// <summary>Keeps warnings until the progress bar is gone, and of those that many pictures repeat only the first.</summary>
internal sealed class Notes : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, (string Message, int Count)> _warnings = new();

    public ILogger CreateLogger(string categoryName) => new Logger(_warnings);

    /// <summary>Writes what was warned of to standard error.</summary>
    public void Show()
    {
        foreach (var (message, count) in _warnings.Values)
        {
            Console.Error.WriteLine(count == 1 ? $"Note: {message}" : $"Note, of {count} pictures; the first: {message}");
        }
    }

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentDictionary<string, (string Message, int Count)> warnings) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Messages about one policy begin alike, up to the colon.
            var message = formatter(state, exception);
            warnings.AddOrUpdate(message.Split(':')[0], (message, 1), (_, seen) => (seen.Message, seen.Count + 1));
        }
    }
}
