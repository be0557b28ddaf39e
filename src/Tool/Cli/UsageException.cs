namespace CachePolicies.Tool;

/// <summary>The command line or a file that it names is wrong.</summary>
/// <param name="message">One sentence: what is wrong and what was expected.</param>
internal sealed class UsageException(string message) : Exception(message);
