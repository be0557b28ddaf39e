namespace CachePolicies.Diffusers;

/// <summary>A tokenizer's files are missing, damaged or of a kind that is not supported. The message names the file and what was expected.</summary>
public sealed class TokenizerException : Exception
{
    /// <inheritdoc cref="TokenizerException"/>
    public TokenizerException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="TokenizerException"/>
    public TokenizerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
