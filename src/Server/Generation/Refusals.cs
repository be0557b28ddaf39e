using CachePolicies.Hosting;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>What a client is told of a failure.</summary>
internal static class Refusals
{
    /// <summary>A job that the caller cancelled is not refused, and one that was refused already is not refused again.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is not GenerationRefusedException && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    /// <summary>The refusal for a failure of a generation.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="retryAfter">When there may be room again.</param>
    public static GenerationRefusedException Of(Exception failure, TimeSpan retryAfter) => failure switch
    {
        GenerationQueueFullException => new(RefusalKind.Busy, "Too many generations are waiting; try again later.", retryAfter: retryAfter),
        UnknownCachePolicyException => Invalid(failure, "cachepolicies.policy"),
        OptionsValidationException settings => new(RefusalKind.Invalid, string.Join(" ", settings.Failures), "cachepolicies.overrides"),
        CachePlanException => Invalid(failure, "cachepolicies.policy"),
        PromptException => Invalid(failure, "prompt"),
        PictureSizeException => Invalid(failure, "size"),
        ArgumentException => Invalid(failure, null),
        ObjectDisposedException or OperationCanceledException => new(RefusalKind.Unavailable, "The server is stopping.", retryAfter: retryAfter),
        _ => new(RefusalKind.Failed, "The generation failed; the server's log says why."),
    };

    private static GenerationRefusedException Invalid(Exception failure, string? parameter) => new(RefusalKind.Invalid, TextOf(failure), parameter);

    /// <summary>The sentence without the name of a parameter in the code, which means nothing to a client.</summary>
    private static string TextOf(Exception failure) =>
        failure is ArgumentException { ParamName: { Length: > 0 } name } ? failure.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : failure.Message;
}
