using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>The models over HTTP.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var started = routes.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();
        routes.MapGet("/v1/models", (IPictureService pictures) => Results.Json(new ModelList("list", [.. pictures.Models.Select(m => ToBody(m, started))]), CatalogueJson.Default.ModelList))
            .RequireAuthorization()
            .WithName("listModels")
            .WithTags("Models")
            .WithSummary("The models that can be asked for, the default first.")
            .Produces<ModelList>()
            .ProducesErrors(401);
        routes.MapGet("/v1/models/{name}", (string name, IPictureService pictures) => pictures.Models.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } model
                ? Results.Json(ToBody(model, started), CatalogueJson.Default.ModelBody)
                : throw new ApiErrorException(ApiError.Invalid(
                    $"The model '{Excerpt.Of(name)}' does not exist. {NearestNames.Suggest(name, [.. pictures.Models.Select(m => m.Name)])}", "model", "model_not_found", StatusCodes.Status404NotFound)))
            .RequireAuthorization()
            .WithName("getModel")
            .WithTags("Models")
            .WithSummary("One model.")
            .Produces<ModelBody>()
            .ProducesErrors(401, 404);
    }

    private static ModelBody ToBody(ServedModel model, long created) => new(
        model.Name,
        "model",
        created,
        "cachepolicies",
        new ModelDetails(
            model.Loaded is not null, model.FileBytes, model.Loaded?.ResidentBytes, model.Loaded is { } l ? $"{l.Width}x{l.Height}" : null, model.Loaded?.HasOneSize, model.Loaded?.Steps, model.Loaded?.Guidance, model.Loaded?.Styles));
}

/// <summary>The answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelBody> Data);

/// <summary>A model as the interface has it.</summary>
internal sealed record ModelBody(string Id, string Object, long Created, string OwnedBy, [property: JsonPropertyName("cachepolicies")] ModelDetails CachePolicies);

/// <summary>What the interface does not tell of a model; most of it is known once it is loaded.</summary>
internal sealed record ModelDetails(bool Loaded, long FileBytes, long? ResidentBytes, string? Size, bool? HasOneSize, int? Steps, float? Guidance, IReadOnlyList<string>? Styles);
