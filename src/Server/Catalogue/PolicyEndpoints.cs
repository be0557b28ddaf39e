namespace CachePolicies.Server;

/// <summary>The policies over HTTP: what can be asked for, and which settings each has.</summary>
internal static class PolicyEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapPolicies(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/policies", async (string? model, IPolicyDescriptions descriptions, CancellationToken cancelled) =>
                Results.Json(await descriptions.DescribeAsync(model, cancelled).ConfigureAwait(false), CatalogueJson.Default.PolicyList))
            .RequireAuthorization()
            .WithName("listPolicies")
            .WithTags("Policies")
            .WithSummary("The caching policies, with their settings, the papers' symbols, and what is worth trying on a model.")
            .Produces<PolicyList>()
            .ProducesErrors(401, 404, 503);
}

/// <summary>The answer of <c>GET /v1/policies</c>.</summary>
/// <param name="Default">The policy of a request that names none.</param>
/// <param name="Data">The policies.</param>
internal sealed record PolicyList(string Default, IReadOnlyList<PolicyBody> Data);

/// <summary>A policy.</summary>
/// <param name="Id">The name that requests use.</param>
/// <param name="Kind">The known policy that it is.</param>
/// <param name="Title">What it is called.</param>
/// <param name="LooksAt">What it compares.</param>
/// <param name="Skips">What it skips.</param>
/// <param name="Method">What its registration in code is called.</param>
/// <param name="Problem">Why it cannot run on the model, or null.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record PolicyBody(string Id, string Kind, string Title, string LooksAt, string Skips, string Method, string? Problem, IReadOnlyList<SettingBody> Settings);

/// <summary>A setting.</summary>
/// <param name="Name">Its name in configuration and overrides.</param>
/// <param name="Symbol">Its symbol in the paper, or null.</param>
/// <param name="Kind">flag, whole_number, number, numbers, text or choice.</param>
/// <param name="Type">The class of its value in C#, without its namespace.</param>
/// <param name="Value">Its value in this server, as text.</param>
/// <param name="Default">Its value where nobody sets it, as text.</param>
/// <param name="Minimum">The least value, or null.</param>
/// <param name="Maximum">The greatest value, or null.</param>
/// <param name="Choices">The names, for a choice.</param>
/// <param name="Expected">What is expected, in words.</param>
/// <param name="Worth">Values worth trying on the model, rising; empty where nothing is known.</param>
internal sealed record SettingBody(
    string Name, string? Symbol, string Kind, string Type, string Value, string Default, double? Minimum, double? Maximum, IReadOnlyList<string> Choices, string Expected, IReadOnlyList<string> Worth);
