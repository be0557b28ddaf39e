using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace CachePolicies.Server;

/// <summary>The playground: a page, its style and its scripts, out of the program itself.</summary>
internal static class PlaygroundEndpoints
{
    private const string Prefix = "playground/";

    private static readonly FrozenDictionary<string, PageFile> Files = Read();

    /// <summary>Maps the page and its parts.</summary>
    public static void MapPlayground(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (HttpContext http) => Send(http, "index.html")).ExcludeFromDescription();
        routes.MapGet("/playground/{file}", (HttpContext http, string file) => Send(http, file)).ExcludeFromDescription();
    }

    private static IResult Send(HttpContext http, string name)
    {
        if (!Files.TryGetValue(name, out var file))
        {
            return Results.NotFound();
        }

        var headers = http.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // Whatever a prompt holds, nothing but the page's own scripts runs.
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return Results.Bytes(file.Content, file.MediaType, entityTag: file.Tag);
    }

    private static FrozenDictionary<string, PageFile> Read()
    {
        var assembly = typeof(PlaygroundEndpoints).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Prefix.Length..], n =>
        {
            using var stream = assembly.GetManifestResourceStream(n)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new PageFile(content, MediaTypeOf(n), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\""));
        });
    }

    private static string MediaTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"The media type of '{other}' is not known."),
    };

    private sealed record PageFile(byte[] Content, string MediaType, EntityTagHeaderValue Tag);
}
