using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace CachePolicies.Server;

/// <summary>A file of the playground, which the program carries in itself.</summary>
/// <param name="Name">Its name: <c>main.js</c>.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Tag">Changes with the content, so that a browser asks only whether it has the newest.</param>
internal sealed record PlaygroundAsset(string Name, string MediaType, byte[] Bytes, EntityTagHeaderValue Tag)
{
    private const string Prefix = "playground/";

    /// <summary>Reads all of them.</summary>
    public static IReadOnlyList<PlaygroundAsset> ReadAll()
    {
        var assembly = typeof(PlaygroundAsset).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => Read(n[Prefix.Length..], assembly.GetManifestResourceStream(n)!))];
    }

    private static PlaygroundAsset Read(string name, Stream content)
    {
        using (content)
        {
            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return new PlaygroundAsset(name, MediaTypeOf(name), bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\""));
        }
    }

    private static string MediaTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"The playground has no files of the kind '{other}'."),
    };
}
