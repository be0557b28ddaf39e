namespace CachePolicies.Server;

/// <summary>A server that stops finishes what runs and refuses what is new.</summary>
internal sealed class DrainMiddleware(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested && http.GetEndpoint()?.Metadata.GetMetadata<GeneratesPictures>() is not null)
        {
            http.Response.Headers.Connection = "close";
            return ApiError.Server("The server is stopping.", StatusCodes.Status503ServiceUnavailable, "unavailable", TimeSpan.FromSeconds(5)).WriteAsync(http);
        }

        return next(http);
    }
}
