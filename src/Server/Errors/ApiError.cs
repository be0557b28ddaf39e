using System.Globalization;
using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>An error as the interface has it.</summary>
/// <param name="Error">What is wrong.</param>
internal sealed record ErrorBody(ApiError Error);

/// <summary>What is wrong.</summary>
/// <param name="Message">A sentence.</param>
/// <param name="Type">The kind: <c>invalid_request_error</c>, <c>rate_limit_error</c>, <c>server_error</c>.</param>
/// <param name="Param">The parameter that is wrong, or <see langword="null"/>.</param>
/// <param name="Code">A word for programs.</param>
internal sealed record ApiError(string Message, string Type, string? Param, string? Code)
{
    /// <summary>The status that goes with it.</summary>
    [JsonIgnore]
    public int Status { get; init; } = StatusCodes.Status400BadRequest;

    /// <summary>When it may work, or <see langword="null"/>.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A request that is wrong.</summary>
    public static ApiError Invalid(string message, string? parameter, string code = "invalid_value", int status = StatusCodes.Status400BadRequest) =>
        new(message, "invalid_request_error", parameter, code) { Status = status };

    /// <summary>A request without a valid key.</summary>
    public static ApiError Unauthorized(string message, string code = "invalid_api_key") => Invalid(message, null, code, StatusCodes.Status401Unauthorized);

    /// <summary>Too much at once.</summary>
    public static ApiError TooMany(string message, TimeSpan retryAfter, string code = "rate_limit_exceeded") =>
        new(message, "rate_limit_error", null, code) { Status = StatusCodes.Status429TooManyRequests, RetryAfter = retryAfter };

    /// <summary>The server cannot do it.</summary>
    public static ApiError Server(string message, int status = StatusCodes.Status500InternalServerError, string code = "server_error", TimeSpan? retryAfter = null) =>
        new(message, "server_error", null, code) { Status = status, RetryAfter = retryAfter };

    /// <summary>The error of a job that is not done.</summary>
    public static ApiError Of(GenerationRefusedException refusal) => refusal.Kind switch
    {
        RefusalKind.Invalid => Invalid(refusal.Message, refusal.Parameter),
        RefusalKind.UnknownModel => Invalid(refusal.Message, refusal.Parameter, "model_not_found", StatusCodes.Status404NotFound),
        RefusalKind.Busy => TooMany(refusal.Message, refusal.RetryAfter ?? TimeSpan.FromSeconds(1), "queue_full"),
        RefusalKind.Unavailable => Server(refusal.Message, StatusCodes.Status503ServiceUnavailable, "unavailable", refusal.RetryAfter),
        _ => Server(refusal.Message),
    };

    /// <summary>Answers with the error.</summary>
    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        if (RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return http.Response.WriteAsJsonAsync(new ErrorBody(this), ApiJson.Default.ErrorBody, cancellationToken: http.RequestAborted);
    }
}

/// <summary>A request ends in an error.</summary>
/// <param name="error">The error.</param>
internal sealed class ApiErrorException(ApiError error) : Exception(error.Message)
{
    /// <summary>The error.</summary>
    public ApiError Error { get; } = error;
}
