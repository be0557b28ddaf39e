using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace CachePolicies.Server.Tests;

/// <summary>The playground's files, without a browser.</summary>
[Collection(ServerCollection.Name)]
public sealed partial class PlaygroundFilesTests(SharedServer shared)
{
    [Fact]
    public async Task The_page_allows_its_own_files_only()
    {
        using var response = await shared.Server.Client.GetAsync(new Uri("/", UriKind.Relative));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Every_file_that_is_asked_for_is_there_and_none_is_elsewhere()
    {
        var page = await shared.Server.Client.GetStringAsync(new Uri("/", UriKind.Relative));
        var files = Reference().Matches(page).Select(m => m.Groups[1].Value).Where(f => f.StartsWith("playground/", StringComparison.Ordinal)).ToHashSet();

        Assert.Superset(PlaygroundAsset.ReadAll().Select(a => $"playground/{a.Name}").Where(n => !n.EndsWith(".html", StringComparison.Ordinal)).ToHashSet(), files);
        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", page, StringComparison.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            var text = await shared.Server.Client.GetStringAsync(new Uri($"/{file}", UriKind.Relative));
            Assert.DoesNotMatch(@"https?://(?!www\.w3\.org/)", text);
            Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(", text);
        }
    }

    [Fact]
    public async Task A_browser_that_has_the_newest_file_gets_none()
    {
        using var first = await shared.Server.Client.GetAsync(new Uri("/playground/main.js", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/playground/main.js");
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));
        using var second = await shared.Server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
