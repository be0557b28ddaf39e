namespace CachePolicies.Diffusers;

/// <summary>A folder is not a pipeline that can be run. The message says everything that is wrong with it at once.</summary>
public sealed class DiffusersFolderException : FormatException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="problems">Each problem as a sentence.</param>
    public DiffusersFolderException(string message, IReadOnlyList<string>? problems = null)
        : base(message) => Problems = problems ?? [message];

    /// <summary>Each problem as a sentence.</summary>
    public IReadOnlyList<string> Problems { get; }
}
