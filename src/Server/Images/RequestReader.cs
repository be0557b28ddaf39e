using System.Text.Json;

namespace CachePolicies.Server;

/// <summary>Reads the body of a request for pictures.</summary>
internal static class RequestReader
{
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["n"] = "a whole number from 1 to 10",
        ["stream"] = "true or false",
        ["partial_images"] = "a whole number from 0 to 3",
        ["output_compression"] = "a whole number",
        ["cachepolicies"] = "an object",
        ["cachepolicies.steps"] = "a whole number",
        ["cachepolicies.guidance"] = "a number",
        ["cachepolicies.seed"] = "a whole number",
        ["cachepolicies.progress"] = "true or false",
    };

    private const string Extension = "cachepolicies.";

    private static readonly string[] Parameters = [.. ImageJson.Default.ImageRequest.Properties.Where(p => !p.IsExtensionData).Select(p => p.Name)];
    private static readonly string[] CacheParameters = [.. ImageJson.Default.CacheRequest.Properties.Where(p => !p.IsExtensionData).Select(p => p.Name)];

    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiErrorException">It is not JSON, has a value of the wrong kind, or a parameter that does not exist.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or comes too slowly.</exception>
    public static async Task<ImageRequest> ReadAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new ApiErrorException(ApiError.Invalid("The request's body is not JSON; expected Content-Type: application/json.", null, "unsupported_media_type", StatusCodes.Status415UnsupportedMediaType));
        }

        ImageRequest request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(http.Request.Body, ImageJson.Default.ImageRequest, http.RequestAborted).ConfigureAwait(false)
                ?? throw new ApiErrorException(ApiError.Invalid("The request's body is null; expected an object.", null, "invalid_json"));
        }
        catch (JsonException unreadable)
        {
            throw new ApiErrorException(ErrorOf(unreadable));
        }
        catch (InvalidOperationException text)
        {
            // A text with half a surrogate pair is valid JSON and no text.
            throw new ApiErrorException(ApiError.Invalid($"A text of the request cannot be read: {Excerpt.Of(text.Message)}", null, "invalid_json"));
        }

        Refuse(request.Unknown, "", Parameters);
        Refuse(request.CachePolicies?.Unknown, Extension, CacheParameters);
        return request;
    }

    private static ApiError ErrorOf(JsonException unreadable)
    {
        var path = unreadable.Path is { Length: > 2 } found && found.StartsWith("$.", StringComparison.Ordinal) ? found[2..] : null;
        var isKnown = path is not null && (Parameters.Contains(path) || (path.StartsWith(Extension, StringComparison.Ordinal) && CacheParameters.Contains(path[Extension.Length..])));
        var isWrongKind = unreadable.InnerException is InvalidOperationException or FormatException || unreadable.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal);
        return isKnown && isWrongKind
            ? ApiError.Invalid($"'{path}' is of the wrong kind; expected {Expected.GetValueOrDefault(path!, "text")}.", path, "invalid_type")
            : ApiError.Invalid($"The request's body is not valid JSON (line {unreadable.LineNumber + 1}).", null, "invalid_json");
    }

    private static void Refuse(Dictionary<string, JsonElement>? unknown, string prefix, string[] known)
    {
        if (unknown?.Keys.FirstOrDefault() is { } name)
        {
            throw new ApiErrorException(ApiError.Invalid(
                $"'{prefix}{Excerpt.Of(name)}' is not a parameter. {NearestNames.Suggest(name, known)}", prefix + Excerpt.Of(name), "unknown_parameter"));
        }
    }
}
