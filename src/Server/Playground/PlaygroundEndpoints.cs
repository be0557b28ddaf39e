namespace CachePolicies.Server;

/// <summary>The playground: a page that compares policies, at the server's root, with its files beside it. It needs no key; what it asks for does.</summary>
internal static class PlaygroundEndpoints
{
    private const string Page = "index.html";

    /// <summary>
    /// What the page may do: run this server's scripts, no others and none inside the page, speak to this server, and show pictures that came as data. No text becomes
    /// markup (Trusted Types), and nobody puts the page into a frame.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Maps the page and its files.</summary>
    public static void MapPlayground(this IEndpointRouteBuilder routes)
    {
        foreach (var asset in PlaygroundAsset.ReadAll())
        {
            var path = asset.Name == Page ? "/" : $"/playground/{asset.Name}";
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (HttpContext http) => Send(http, asset)).ExcludeFromDescription();
        }
    }

    private static IResult Send(HttpContext http, PlaygroundAsset asset)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        return Results.Bytes(asset.Bytes, asset.MediaType, entityTag: asset.Tag);
    }
}
