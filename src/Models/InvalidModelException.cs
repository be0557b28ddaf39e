namespace CachePolicies.Models;

/// <summary>A model's directory is missing something, a file is damaged, or the manifest contradicts a graph.</summary>
public sealed class InvalidModelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, with the file's name.</param>
    /// <param name="innerException">What brought it to light.</param>
    public InvalidModelException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
