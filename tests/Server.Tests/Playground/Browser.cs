using System.Reflection;
using Microsoft.Playwright;

[assembly: TestFramework("CachePolicies.TestSupport.ConditionalTestFramework", "CachePolicies.TestSupport")]

namespace CachePolicies.Server.Tests;

/// <summary>Tests that need a browser: Chromium, as Debian's package brings it. None is downloaded.</summary>
internal sealed class RequiresBrowserAttribute : RequiresAttribute
{
    public override string? Missing => Browser.IsRequired || Browser.Path is not null ? null : $"No browser was found: looked for {string.Join(", ", Browser.Names)} on the PATH.";
}

/// <summary>The browser of this machine.</summary>
internal static class Browser
{
    /// <summary>Set where the tests must run, so that a missing browser fails them.</summary>
    private const string RequiredVariable = "CACHEPOLICIES_REQUIRE_BROWSER";

    public static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static bool IsRequired => Environment.GetEnvironmentVariable(RequiredVariable) == "1";

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        var package = typeof(Browser).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PlaywrightPackage").Value;
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package);
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path ?? throw new InvalidOperationException($"No browser was found: looked for {string.Join(", ", Names)} on the PATH."),
            ChromiumSandbox = false,
            Timeout = 120_000,
        });
        return (driver, browser);
    }
}

/// <summary>One browser and one server for the tests that leave both as they are.</summary>
public sealed class SharedBrowser : IAsyncLifetime
{
    private IPlaywright? _driver;

    internal IBrowser Browser { get; private set; } = null!;

    internal RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (new RequiresBrowserAttribute().Missing is null)
        {
            (_driver, Browser) = await Tests.Browser.StartAsync();
            Server = await RunningServer.StartAsync("--Server:RequestsPerMinute", "100000", "--Server:ConcurrentRequests", "1000");
        }
    }

    public async Task DisposeAsync()
    {
        if (_driver is not null)
        {
            await Browser.DisposeAsync();
            _driver.Dispose();
            await Server.DisposeAsync();
        }
    }
}
