namespace CachePolicies.Server;

/// <summary>Whatever ends a request, its answer has the interface's shape, and nothing of the server's inside is in it.</summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http).ConfigureAwait(false);
            if (http.Response is { HasStarted: false, ContentLength: null, ContentType: null } && ErrorOf(http) is { } error)
            {
                await error.WriteAsync(http).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            await AnswerAsync(http, failure).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception failure)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return; // Nobody is there to answer.
        }

        var error = failure switch
        {
            ApiErrorException known => known.Error,
            GenerationRefusedException refusal => ApiError.Of(refusal),
            BadHttpRequestException bad => Of(bad),
            _ => ApiError.Server("The request failed; the server's log says why."),
        };
        if (failure is not (ApiErrorException or GenerationRefusedException or BadHttpRequestException))
        {
            Log.RequestFailed(logger, failure);
        }

        if (http.Response.HasStarted)
        {
            http.Abort(); // A half answer must not look whole.
            return;
        }

        Log.Refused(logger, http.User.Identity?.Name ?? "", error.Status, error.Code ?? "");
        http.Response.Clear();
        await error.WriteAsync(http).ConfigureAwait(false);
    }

    private static ApiError Of(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => ApiError.Invalid("The request's body is larger than this server takes.", null, "body_too_large", bad.StatusCode),
        StatusCodes.Status408RequestTimeout => ApiError.Invalid("The request's body came too slowly.", null, "timeout", bad.StatusCode),
        _ => ApiError.Invalid("The request is not valid HTTP.", null, "bad_request", bad.StatusCode),
    };

    /// <summary>The error for a status that nobody wrote a body for.</summary>
    private static ApiError? ErrorOf(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiError.Invalid($"There is nothing at {http.Request.Method} {Excerpt.Of(http.Request.Path.Value, 200)}.", null, "not_found", 404),
        StatusCodes.Status405MethodNotAllowed => ApiError.Invalid($"{http.Request.Method} is not possible at {Excerpt.Of(http.Request.Path.Value, 200)}.", null, "method_not_allowed", 405),
        StatusCodes.Status415UnsupportedMediaType => ApiError.Invalid("The request's body is not JSON; expected Content-Type: application/json.", null, "unsupported_media_type", 415),
        var status and >= 400 => ApiError.Invalid("The request cannot be served.", null, "bad_request", status),
        _ => null,
    };
}
