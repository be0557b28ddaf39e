namespace CachePolicies.Splitting;

/// <summary>A model cannot be described or split as asked. The message names the tensor, the boundary or the option and what was expected.</summary>
public sealed class ModelSplitException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ModelSplitException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public ModelSplitException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public ModelSplitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
