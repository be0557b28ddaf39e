namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A model's directory is missing something, a file is damaged, or the manifest contradicts a graph.</summary>
public sealed class InvalidModelException : Exception
{
    internal InvalidModelException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
