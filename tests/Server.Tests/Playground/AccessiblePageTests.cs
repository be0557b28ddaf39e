using System.Text.Json;
using Microsoft.Playwright;

namespace CachePolicies.Server.Tests;

/// <summary>The playground by keyboard, on a phone, in the dark, and as text to copy.</summary>
[RequiresBrowser]
public sealed class AccessiblePageTests(SharedBrowser shared) : IClassFixture<SharedBrowser>
{
    private const string Contrast = """
        () => {
          const rgb = text => text.match(/[\d.]+/g).slice(0, 3).map(Number);
          const light = text => rgb(text).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => { for (let e = element; e; e = e.parentElement) { const colour = getComputedStyle(e).backgroundColor; if (!/, 0\)$|transparent/.test(colour)) return colour; } return 'rgb(255, 255, 255)'; };
          const poor = [];
          for (const element of document.querySelectorAll('h1, h2, p, dt, dd, li, summary, label, button, input, select, a, td, th, var')) {
            if (!element.checkVisibility() || element.disabled || !element.textContent.trim() || element.matches('.hidden, .skip')) continue;
            const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 20)}: ${((a + 0.05) / (b + 0.05)).toFixed(1)}`);
          }
          return poor;
        }
        """;

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        await using var page = await OpenAsync();
        var keys = page.Page.Keyboard;
        await TabToAsync(page, "[name=prompt]");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("purple hamburger");
        await TabToAsync(page, "[name=steps]");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("8");
        await keys.PressAsync("Enter");
        await page.DoneAsync(3);

        await TabToAsync(page, ".card:nth-child(2) .slider input[type=range]");
        var before = await page.Cards.Nth(1).Locator(".slider input[type=number]").First.InputValueAsync();
        await keys.PressAsync("ArrowLeft");
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('1.StructureThreshold')");
        await page.DoneAsync(3);
        Assert.NotEqual(before, await page.Cards.Nth(1).Locator(".slider input[type=number]").First.InputValueAsync());
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.activeElement.matches('input[type=range]')"), "A drawn picture takes the focus away.");
        Assert.NotEqual("none", await page.Page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));

        await TabToAsync(page, ".card:nth-child(2) .copy");
        await keys.PressAsync("Enter");
        Assert.True(await page.Page.IsVisibleAsync("dialog"));
        await keys.PressAsync("Escape");
        Assert.False(await page.Page.IsVisibleAsync("dialog"));
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.activeElement.matches('.copy')"), "The dialog gives the focus back.");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_screen_reader_finds_names_and_news()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment());
        await page.DoneAsync(3);
        await page.Cards.Nth(1).Locator(".more summary").ClickAsync();
        await page.Cards.Nth(1).Locator(".table summary").ClickAsync();

        var nameless = await page.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('input, select, button, [role=img], img, canvas, [role=region]')].filter(e => e.checkVisibility())
              .filter(e => !(e.getAttribute('aria-label') || e.getAttribute('alt') !== null || [...(e.labels ?? [])].some(l => l.textContent.trim()) || (e.tagName === 'BUTTON' && e.textContent.trim())))
              .map(e => e.outerHTML.slice(0, 120))
            """);
        Assert.Empty(nameless);
        Assert.Matches(@"^TeaCache: [0-9.]+× as fast, ([0-9.]+ dB|identical)\.$", await page.Page.Locator("#status").TextContentAsync());
        Assert.Equal("polite", await page.Page.Locator("#status").GetAttributeAsync("aria-live"));
        Assert.Contains("red apple", await page.Cards.Nth(1).Locator("img").GetAttributeAsync("alt"), StringComparison.Ordinal);
        Assert.Equal(12, await page.Cards.Nth(1).Locator(".scroll tbody th:not(:empty)").CountAsync());
    }

    [Fact]
    public async Task A_phone_does_not_scroll_sideways()
    {
        await using var page = await OpenAsync("", new() { ViewportSize = new() { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true });
        await page.Page.TapAsync("#add");
        Assert.False(await page.ScrollsSidewaysAsync());
        await page.Page.FillAsync("[name=steps]", "5");
        await page.Page.TapAsync("#draw");
        await page.DoneAsync(4);
        Assert.False(await page.ScrollsSidewaysAsync());

        for (var card = 1; card < 4; card++)
        {
            await page.Cards.Nth(card).Locator(".policy > summary").TapAsync();
            await page.Cards.Nth(card).Locator(".more summary").TapAsync();
            await page.Cards.Nth(card).Locator(".find summary").TapAsync();
        }

        Assert.False(await page.ScrollsSidewaysAsync());
        await page.Cards.Nth(1).Locator(".copy").TapAsync();
        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_can_be_read_in_the_light_and_in_the_dark(ColorScheme scheme)
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment(4), new() { ColorScheme = scheme, ViewportSize = new() { Width = 1280, Height = 900 } });
        await page.DoneAsync(3);
        await page.Cards.Nth(1).Locator(".table summary").ClickAsync();

        var paper = await page.Page.EvaluateAsync<int[]>("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)");
        Assert.Equal(scheme == ColorScheme.Dark, paper.Take(3).Max() < 64);
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Contrast));
    }

    [Fact]
    public async Task What_is_shown_can_be_copied_as_code_configuration_and_command()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment(4, "1=H2Cache&1.StructureThreshold=0.3&1.Approximation.Order=2&2=TeaCache"), new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await page.DoneAsync(3);
        await page.Cards.Nth(1).Locator(".copy").ClickAsync();
        var text = page.Page.Locator("dialog pre");

        var code = await text.TextContentAsync();
        Assert.Contains("builder.AddH2Cache(o =>", code, StringComparison.Ordinal);
        Assert.Contains("    o.StructureThreshold = 0.3f;\n", code, StringComparison.Ordinal);
        Assert.Contains("    o.Approximation.Order = 2;\n", code, StringComparison.Ordinal);
        Assert.Contains("    o.Approximation.Method = SkipMethod.Taylor;\n", code, StringComparison.Ordinal);
        Assert.Contains("new(\"red apple\")", code, StringComparison.Ordinal);

        await page.Page.CheckAsync("[value=appsettings]", new() { Force = true });
        var section = JsonSerializer.Deserialize<JsonElement>((await text.TextContentAsync())!).GetProperty("CachePolicies");
        Assert.Equal("H2Cache", section.GetProperty("DefaultPolicy").GetString());
        Assert.Equal((0.3, 2), (section.GetProperty("H2Cache").GetProperty("StructureThreshold").GetDouble(), section.GetProperty("H2Cache").GetProperty("Approximation").GetProperty("Order").GetInt32()));

        await page.Page.CheckAsync("[value=curl]", new() { Force = true });
        await page.Page.ClickAsync("#copy-text");
        await page.Page.GetByText("Copied.").WaitForAsync();
        var command = await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        Assert.StartsWith($"curl --fail-with-body '{shared.Server.Address}v1/images/generations'", command, StringComparison.Ordinal);

        // What the command sends makes the picture that the card shows.
        var body = JsonSerializer.Deserialize<JsonElement>(command.Split("-d '")[1].Split("' | jq")[0]);
        var answer = await shared.Server.AnswerAsync(body);
        Assert.Equal(await page.PictureAsync(1), answer.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64());
    }

    private Task<PlaygroundPage> OpenAsync(string fragment = "", BrowserNewContextOptions? options = null) => PlaygroundPage.OpenAsync(shared.Browser, shared.Server.Address, fragment, options);

    private static async Task TabToAsync(PlaygroundPage page, string selector)
    {
        for (var i = 0; i < 80; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            if (await page.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                return;
            }
        }

        Assert.Fail($"The key Tab does not lead to {selector}.");
    }
}
