using Microsoft.AspNetCore.Http.Metadata;

namespace CachePolicies.Server;

/// <summary>Pictures over HTTP.</summary>
internal static class ImageEndpoints
{
    /// <summary>Where pictures that are answered by address are.</summary>
    public const string Files = "/v1/images/files";

    /// <summary>Maps the endpoints.</summary>
    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/images/generations", GenerateAsync)
            .RequireAuthorization()
            .WithMetadata(new GeneratesPictures())
            .WithName("createImage")
            .WithTags("Images")
            .WithSummary("Makes pictures of text.")
            .WithDescription("With stream, the answer is server-sent events: image_generation.partial_image, image_generation.completed, error, and cachepolicies.progress where asked for.")
            .Accepts<ImageRequest>("application/json")
            .Produces<ImageAnswer>()
            .ProducesErrors(400, 401, 404, 413, 415, 429, 500, 503, 507);
        routes.MapGet(Files + "/{name}", SendFile)
            .WithName("getImageFile")
            .WithTags("Images")
            .WithSummary("A picture that was answered by address. Its name cannot be guessed, and it goes after an hour.")
            .Produces(200, contentType: "image/png")
            .ProducesErrors(404);
    }

    /// <summary>Says which errors an endpoint has, all of one shape.</summary>
    public static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<ErrorBody>(status);
        }

        return endpoint;
    }

    private static async Task GenerateAsync(HttpContext http, IPictureService pictures, ImageAnswers answers)
    {
        var order = ImageOrder.Of(await RequestReader.ReadAsync(http).ConfigureAwait(false), pictures.Models[0].Name);
        var updates = pictures.GenerateAsync(order.Job, http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
        await using var reading = updates.ConfigureAwait(false);

        // What is refused is refused before the answer begins, so that it has its status.
        if (!await updates.MoveNextAsync().ConfigureAwait(false))
        {
            throw new InvalidOperationException("A generation ended without a result.");
        }

        if (order.AsStream)
        {
            await new ImageEvents(order, answers).WriteAsync(http, updates).ConfigureAwait(false);
            return;
        }

        PicturesDone? done;
        while ((done = updates.Current as PicturesDone) is null)
        {
            if (!await updates.MoveNextAsync().ConfigureAwait(false))
            {
                throw new InvalidOperationException("A generation ended without a result.");
            }
        }

        await http.Response.WriteAsJsonAsync(answers.ToAnswer(done, order, http), ImageJson.Default.ImageAnswer, cancellationToken: http.RequestAborted).ConfigureAwait(false);
    }

    private static IResult SendFile(string name, PictureStore store) => store.Find(name) is { } path
        ? Results.File(path, PictureStore.MediaTypeOf(name))
        : throw new ApiErrorException(ApiError.Invalid("There is no such picture, or it is no longer kept.", null, "not_found", StatusCodes.Status404NotFound));
}
