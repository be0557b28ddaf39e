using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace CachePolicies.Server.Tests;

/// <summary>The playground in a page of its own. Whatever the page complains of, and whatever it asks of other machines, is remembered.</summary>
internal sealed class PlaygroundPage : IAsyncDisposable
{
    private const float Patience = 120_000;

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];

    private PlaygroundPage(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Errors of scripts, messages of the console, dialogs and requests to other machines, all of which there should be none of.</summary>
    public IEnumerable<string> Complaints => _complaints;

    public ILocator Cards => Page.Locator(".card");

    public static async Task<PlaygroundPage> OpenAsync(IBrowser browser, Uri address, string fragment = "", BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        var playground = new PlaygroundPage(context, page);
        page.PageError += (_, error) => playground._complaints.Enqueue(error);
        page.Console += (_, message) => playground._complaints.Enqueue(message.Text);
        page.Dialog += (_, dialog) =>
        {
            playground._complaints.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                playground._complaints.Enqueue($"request: {request.Url}");
            }
        };
        await page.GotoAsync(new Uri(address, fragment).ToString());
        await page.Locator(".card, #key-form:not([hidden])").First.WaitForAsync();
        return playground;
    }

    /// <summary>The fragment of a small comparison.</summary>
    public static string Fragment(int steps = 12, string more = "1=H2Cache&2=TeaCache") => $"#prompt=red+apple&seed=1&steps={steps}&guidance=2&style=twitter&{more}";

    /// <summary>Waits until nothing runs and the given number of cards have figures.</summary>
    public async Task DoneAsync(int cards)
    {
        try
        {
            await Page.WaitForFunctionAsync(
                "n => document.getElementById('stop').hidden && [...document.querySelectorAll('[data-figure=speed]')].filter(e => e.textContent !== '–').length === n",
                cards,
                new() { Timeout = Patience });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The pictures were not drawn. The page says: {await Page.Locator("main").InnerTextAsync()} {string.Join(" | ", Complaints)}");
        }
    }

    public ILocator Figure(int card, string name) => Cards.Nth(card).Locator($"[data-figure={name}]");

    /// <summary>The file that a card shows.</summary>
    public async Task<byte[]> PictureAsync(int card)
    {
        var address = await Cards.Nth(card).Locator("img.picture").GetAttributeAsync("src");
        return Convert.FromBase64String(address!["data:image/png;base64,".Length..]);
    }

    /// <summary>Whether the page is wider than the window.</summary>
    public Task<bool> ScrollsSidewaysAsync() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth");

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
