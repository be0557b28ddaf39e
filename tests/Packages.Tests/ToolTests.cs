namespace CachePolicies.Packages.Tests;

/// <summary>The tool as a user installs it.</summary>
[Collection(nameof(LocalFeed))]
public class ToolTests(LocalFeed feed)
{
    [Fact]
    public void The_tool_is_installed_and_draws_in_an_empty_folder()
    {
        using var home = new TemporaryFolder();
        feed.WriteConfiguration(home.Path);
        Dotnet.Expect(home.Path, "tool", "install", "CachePolicies.Tool", "--tool-path", home.File("tools"), "--version", LocalFeed.Version);
        var tool = Path.Combine(home.File("tools"), OperatingSystem.IsWindows() ? "cachepolicies.exe" : "cachepolicies");
        var empty = Directory.CreateDirectory(home.File("empty")).FullName;

        var (helped, help) = Dotnet.Run(tool, empty, "--help");
        var (drawn, output) = Dotnet.Run(tool, empty, "generate", "--prompt", "red apple", "--steps", "4", "--policy", "h2cache", "--out", "apple.webp");

        Assert.True(helped == 0, help);
        Assert.Contains("generate", help, StringComparison.Ordinal);
        Assert.True(drawn == 0, output);
        Assert.Equal(["apple.webp"], Directory.GetFileSystemEntries(empty).Select(f => Path.GetFileName(f)));
    }
}
