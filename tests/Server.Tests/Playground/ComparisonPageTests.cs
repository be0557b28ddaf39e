using System.Globalization;
using System.Text.Json;
using CachePolicies.Reporting;
using Microsoft.Playwright;

namespace CachePolicies.Server.Tests;

/// <summary>Drawing and comparing in the playground.</summary>
[RequiresBrowser]
public sealed class ComparisonPageTests(SharedBrowser shared) : IClassFixture<SharedBrowser>
{
    [Fact]
    public async Task Pictures_timelines_and_figures_are_those_of_the_interface()
    {
        await using var page = await OpenAsync();
        await page.Page.EvaluateAsync("() => { window.seen = new Set(); new MutationObserver(() => window.seen.add(document.querySelector('.counts').textContent)).observe(document.querySelector('.counts'), { childList: true }); }");
        await page.Page.FillAsync("[name=steps]", "60");
        await page.Page.ClickAsync("#draw");
        await page.DoneAsync(3);

        Assert.True(await page.Page.EvaluateAsync<int>("() => [...window.seen].filter(t => /^step \\d+ of 60$/.test(t)).length") > 3, "The timeline does not grow while it runs.");
        var (reference, _) = await MakeAsync("None", 60);
        string[] policies = ["None", "H2Cache", "TeaCache"];
        for (var card = 0; card < policies.Length; card++)
        {
            var (expected, steps) = await MakeAsync(policies[card], 60);
            Assert.Equal(expected, await page.PictureAsync(card));
            Assert.Equal(card == 0 ? "reference" : Decibels(expected, reference), await page.Figure(card, "psnr").InnerTextAsync());
            Assert.Matches("^[0-9.]+×$", await page.Figure(card, "speed").InnerTextAsync());
            var timeline = page.Cards.Nth(card).Locator(".timeline svg");
            Assert.Equal(60, await timeline.Locator("rect:not(.empty)").CountAsync());
            Assert.Equal(steps.GetProperty("full").GetDouble(), await timeline.Locator("rect.full").CountAsync());
            Assert.Equal(card == 0 ? 0 : 1, await timeline.Locator(".threshold").CountAsync());
            Assert.Equal(card > 0, await timeline.Locator(".mark").CountAsync() > 20);
        }

        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Differences_are_shown_eight_times_enlarged()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment() + "&show=differences");
        await page.DoneAsync(3);

        var reference = PictureFile.Decode(await page.PictureAsync(0)).Pixels.ToArray();
        var cached = PictureFile.Decode(await page.PictureAsync(2)).Pixels.ToArray();
        var shown = await page.Cards.Nth(2).Locator("canvas").EvaluateAsync<int[]>("c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 !== 3)");
        Assert.Equal(reference.Zip(cached, (a, b) => Math.Min(255, 8 * Math.Abs(a - b))), shown);
        Assert.True(await page.Cards.Nth(2).Locator("canvas").IsVisibleAsync());
        Assert.Contains("dB", await page.Cards.Nth(2).Locator("canvas").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moved_slider_draws_its_picture_again_and_no_other()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment());
        await page.DoneAsync(3);
        var (before, other) = (await page.PictureAsync(2), await page.Cards.Nth(1).Locator(".counts").InnerTextAsync());
        var time = await page.Figure(1, "time").InnerTextAsync();

        await page.Cards.Nth(2).Locator(".slider input[type=number]").First.FillAsync("1.5");
        await page.Cards.Nth(2).Locator(".slider input[type=number]").First.PressAsync("Tab");
        await page.Page.WaitForFunctionAsync("() => !location.hash.includes('Threshold=1.5') ? false : true");
        await page.DoneAsync(3);

        Assert.NotEqual(before, await page.PictureAsync(2));
        Assert.Equal((other, time), (await page.Cards.Nth(1).Locator(".counts").InnerTextAsync(), await page.Figure(1, "time").InnerTextAsync()));
        await page.Cards.Nth(2).Locator(".reset").ClickAsync();
        await page.DoneAsync(3);
        Assert.Equal(before, await page.PictureAsync(2));
    }

    [Fact]
    public async Task A_setting_is_found_for_a_quality_by_a_bounded_search()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment(24, "1=TeaCache"));
        await page.DoneAsync(2);
        var card = page.Cards.Nth(1);
        await card.Locator(".find summary").ClickAsync();
        await card.Locator("[name=goal]").FillAsync("38");
        await card.Locator(".find button[type=submit]").ClickAsync();
        await card.Locator(".found p").WaitForAsync();
        await page.DoneAsync(2);

        var found = await card.Locator(".found p").InnerTextAsync();
        var rows = await card.Locator(".found tbody tr").AllInnerTextsAsync();
        Assert.Matches(@"^Threshold [0-9.]+: [0-9.]+ dB at [0-9.]+×\. Measured on \d pictures of this prompt and seed", found);
        Assert.InRange(rows.Count, 4, 9);
        var chosen = await card.Locator(".slider input[type=number]").First.InputValueAsync();
        Assert.StartsWith($"Threshold {chosen}:", found, StringComparison.Ordinal);
        Assert.True(double.Parse((await page.Figure(1, "psnr").InnerTextAsync()).Split(' ')[0], CultureInfo.InvariantCulture) >= 38);
    }

    [Fact]
    public async Task Stop_ends_a_search_and_leaves_the_setting_as_it_was()
    {
        await using var page = await OpenAsync(PlaygroundPage.Fragment(100, "1=TeaCache"));
        await page.DoneAsync(2);
        var card = page.Cards.Nth(1);
        var before = await card.Locator(".slider input[type=number]").First.InputValueAsync();
        await card.Locator(".find summary").ClickAsync();
        await card.Locator("[name=goal]").FillAsync("80");
        await card.Locator(".find button[type=submit]").ClickAsync();
        await card.Locator(".halt").ClickAsync();

        await card.Locator(".found p").WaitForAsync();
        Assert.Equal("Stopped; the setting is as it was.", await card.Locator(".found p").InnerTextAsync());
        Assert.Equal(before, await card.Locator(".slider input[type=number]").First.InputValueAsync());
        Assert.Equal(0, await shared.Server.LiveTensorsAtRestAsync());
    }

    [Fact]
    public async Task A_link_reproduces_what_is_on_the_screen()
    {
        await using var first = await OpenAsync();
        await first.Page.FillAsync("[name=seed]", "7");
        await first.Page.FillAsync("[name=steps]", "10");
        await first.Page.SelectOptionAsync("[name=style]", "fluent");
        await first.Page.ClickAsync("#add");
        await first.Cards.Nth(1).Locator(".slider input[type=number]").First.FillAsync("0.31");
        await first.Page.ClickAsync("text=Differences");
        await first.Page.ClickAsync("#draw");
        await first.DoneAsync(4);

        await using var second = await OpenAsync(new Uri(first.Page.Url).Fragment);
        await second.DoneAsync(4);

        Assert.Equal(first.Page.Url, second.Page.Url);
        for (var card = 0; card < 4; card++)
        {
            Assert.Equal(await first.PictureAsync(card), await second.PictureAsync(card));
            Assert.Equal(await first.Figure(card, "psnr").InnerTextAsync(), await second.Figure(card, "psnr").InnerTextAsync());
            Assert.Equal(await first.Cards.Nth(card).Locator(".timeline svg").GetAttributeAsync("aria-label"), await second.Cards.Nth(card).Locator(".timeline svg").GetAttributeAsync("aria-label"));
        }

        Assert.Equal("0.31", await second.Cards.Nth(1).Locator(".slider input[type=number]").First.InputValueAsync());
        Assert.True(await second.Page.IsCheckedAsync("[value=differences]"));
    }

    private Task<PlaygroundPage> OpenAsync(string fragment = "") => PlaygroundPage.OpenAsync(shared.Browser, shared.Server.Address, fragment);

    /// <summary>The picture as the interface makes it without the page.</summary>
    private async Task<(byte[] Picture, JsonElement Steps)> MakeAsync(string policy, int steps)
    {
        var answer = await shared.Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { policy, steps, seed = 1, guidance = 3, style = "twitter" } });
        return (answer.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64(), answer.GetProperty("cachepolicies").GetProperty("steps"));
    }

    private static string Decibels(byte[] picture, byte[] reference) =>
        string.Create(CultureInfo.InvariantCulture, $"{ImageQuality.Psnr(PictureFile.Decode(picture), PictureFile.Decode(reference)):F1} dB");
}
