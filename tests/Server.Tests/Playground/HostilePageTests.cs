using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace CachePolicies.Server.Tests;

/// <summary>The playground when things go wrong, or are meant to.</summary>
[RequiresBrowser]
public sealed class HostilePageTests(SharedBrowser shared) : IClassFixture<SharedBrowser>
{
    private const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>' \"; $(id) `id` \\ \u001b[31m \u2028 ${7*7} {{7*7}} ünïcödé";

    [Fact]
    public async Task A_prompt_with_markup_is_shown_as_text_and_runs_nothing()
    {
        await using var page = await PlaygroundPage.OpenAsync(shared.Browser, shared.Server.Address, $"#prompt={Uri.EscapeDataString(Hostile)}&seed=1&steps=2&guidance=1&1={Uri.EscapeDataString("<b>H2Cache</b>")}&2=TeaCache&2.Threshold={Uri.EscapeDataString("<i>1</i>")}");
        await page.Page.Locator("#problem").WaitForAsync();

        Assert.Contains("img", await page.Page.InnerTextAsync("#problem"), StringComparison.Ordinal);
        Assert.Equal(0, await page.Page.Locator("img[src=x], #problem *, .card b, .card i:not([class])").CountAsync());
        Assert.DoesNotContain(page.Complaints, c => c.StartsWith("dialog", StringComparison.Ordinal) || c.StartsWith("request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_with_a_hostile_prompt_says_just_the_prompt()
    {
        await using var page = await PlaygroundPage.OpenAsync(shared.Browser, shared.Server.Address);
        var prompt = Hostile.Replace("\u001b", "\u0007", StringComparison.Ordinal);
        await page.Page.FillAsync("[name=prompt]", prompt);
        await page.Cards.Nth(1).Locator(".copy").ClickAsync();
        await page.Page.CheckAsync("[value=curl]", new() { Force = true });
        var command = await page.Page.Locator("dialog pre").TextContentAsync();

        // The shell runs a function in place of curl, which tells its last argument.
        using var shell = Process.Start(new ProcessStartInfo("bash") { ArgumentList = { "-c", $"curl() {{ printf %s \"${{@: -1}}\"; }}\n{command!.Split(" | jq")[0]}" }, RedirectStandardOutput = true })!;
        var body = JsonSerializer.Deserialize<JsonElement>(await shell.StandardOutput.ReadToEndAsync());
        Assert.Equal(prompt, body.GetProperty("prompt").GetString());

        await page.Page.CheckAsync("[value=csharp]", new() { Force = true });
        var code = await page.Page.Locator("dialog pre").TextContentAsync();
        Assert.Contains("\\u2028", code, StringComparison.Ordinal);
        Assert.DoesNotContain("\u2028", code, StringComparison.Ordinal);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_server_that_stops_in_the_middle_is_told_in_a_sentence()
    {
        await using var server = await RunningServer.StartAsync("--Server:ShutdownTimeout", "00:00:00");
        await using var page = await PlaygroundPage.OpenAsync(shared.Browser, server.Address, PlaygroundPage.Fragment(150));
        await page.Page.WaitForFunctionAsync("() => /^step [1-9]/.test(document.querySelector('.counts')?.textContent ?? '')");
        await server.App.StopAsync();

        await page.Page.Locator("#problem").WaitForAsync();
        Assert.Matches(@"^The connection to the server was lost after step \d+ of 150\. Is the server still running\?$", await page.Page.InnerTextAsync("#problem"));
        await page.Page.ClickAsync("#draw");
        await page.Page.WaitForFunctionAsync("() => document.getElementById('problem').textContent === 'The server does not answer. Is it still running?'");
    }

    [Fact]
    public async Task A_server_with_keys_asks_for_one_and_draws_with_it()
    {
        await using var server = await RunningServer.StartAsync("--Server:ApiKeys:alice:Hash", ApiKeyHash.Of("open sesame"));
        await using var page = await PlaygroundPage.OpenAsync(shared.Browser, server.Address, PlaygroundPage.Fragment(3));
        await page.Page.FillAsync("[name=key]", "wrong");
        await page.Page.PressAsync("[name=key]", "Enter");
        await page.Page.WaitForFunctionAsync("() => document.getElementById('problem').textContent === 'The key is not valid.'");
        await page.Page.FillAsync("[name=key]", "open sesame");
        await page.Page.PressAsync("[name=key]", "Enter");
        await page.DoneAsync(3);

        Assert.False(await page.Page.IsVisibleAsync("#key-form"));
        Assert.DoesNotContain("sesame", page.Page.Url, StringComparison.Ordinal);
        Assert.Equal("", await page.Page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage, ...sessionStorage }).slice(1, -1) + document.cookie"));
        await page.Cards.Nth(1).Locator(".copy").ClickAsync();
        await page.Page.CheckAsync("[value=curl]", new() { Force = true });
        Assert.Contains("Bearer $KEY", await page.Page.Locator("dialog pre").TextContentAsync(), StringComparison.Ordinal);
    }
}
