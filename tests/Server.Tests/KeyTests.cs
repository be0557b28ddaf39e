using System.Net;
using System.Net.Http.Headers;

namespace CachePolicies.Server.Tests;

public sealed class KeyTests
{
    [Fact]
    public async Task Only_a_valid_key_is_let_in_and_none_is_repeated()
    {
        var (good, old) = (ApiKeyHash.NewKey(), ApiKeyHash.NewKey());
        await using var server = await RunningServer.StartAsync(
            "--Server:ApiKeys:alice:Hash", ApiKeyHash.Of(good), "--Server:ApiKeys:bob:Hash", ApiKeyHash.Of(old), "--Server:ApiKeys:bob:Expires", "2020-01-01T00:00:00Z");

        Assert.Equal((HttpStatusCode.OK, ""), await AskAsync(server, good));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, null)).Status);
        Assert.Contains("has expired", (await AskAsync(server, old)).Message, StringComparison.Ordinal);
        var (status, message) = await AskAsync(server, "cp-wrong-secret");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("invalid_api_key", message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    public async Task A_server_without_a_key_does_not_listen_to_strangers(string address)
    {
        await using var app = ServerApplication.Create(["--urls", address]);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("has no key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_it_listens_to_strangers()
    {
        await using var app = ServerApplication.Create(["--urls", "http://0.0.0.0:0", "--Server:ApiKeys:alice:Hash", ApiKeyHash.Of("some key")]);

        await app.StartAsync();
        await app.StopAsync();
    }

    [Theory]
    [InlineData("--Server:ApiKeys:alice:Hash", "my-secret", "Server:ApiKeys:alice:Hash is not a hash")]
    [InlineData("--Server:MaximumBodyBytes", "1", "Server:MaximumBodyBytes is 1; expected 1024 to 16777216.")]
    [InlineData("--Server:Policies:Fast", "TeeCache", "Server:Policies:Fast is 'TeeCache'")]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence(string setting, string value, string expected)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var app = ServerApplication.Create(["--urls", "http://127.0.0.1:0", setting, value]);
            await app.StartAsync();
        });

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_prints_a_key_and_its_hash()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        Assert.Equal(0, NewKeyCommand.Run(["alice"], output, errors));
        var key = output.ToString().Split().Single(w => w.StartsWith("cp-", StringComparison.Ordinal));
        Assert.Contains($"\"alice\": {{ \"Hash\": \"{ApiKeyHash.Of(key)}\" }}", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, NewKeyCommand.Run(["a\"b"], output, errors));
    }

    private static async Task<(HttpStatusCode Status, string Message)> AskAsync(RunningServer server, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var response = await server.Client.SendAsync(request);
        return (response.StatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync());
    }
}
