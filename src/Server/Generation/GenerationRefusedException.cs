namespace CachePolicies.Server;

/// <summary>Why a job is not done.</summary>
internal enum RefusalKind
{
    /// <summary>The request is wrong.</summary>
    Invalid,

    /// <summary>There is no such model.</summary>
    UnknownModel,

    /// <summary>Too many are waiting.</summary>
    Busy,

    /// <summary>The server stops, or the model cannot be loaded.</summary>
    Unavailable,

    /// <summary>The generation failed.</summary>
    Failed,
}

/// <summary>A job is not done. The message is for the client: it names what is wrong, and nothing of the server.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">A sentence.</param>
/// <param name="parameter">The request's parameter that is wrong, or <see langword="null"/>.</param>
/// <param name="retryAfter">When it may work, or <see langword="null"/>.</param>
internal sealed class GenerationRefusedException(RefusalKind kind, string message, string? parameter = null, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>Why.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>The request's parameter that is wrong.</summary>
    public string? Parameter { get; } = parameter;

    /// <summary>When it may work.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
