namespace CachePolicies.Policies.Tests.Catalog;

/// <summary>The README's table of policies is made of the catalogue. With CACHEPOLICIES_UPDATE=1 the test writes it.</summary>
public class ReadmeTableTests
{
    private const string Begin = "<!-- The table of policies is made of the catalogue; CACHEPOLICIES_UPDATE=1 dotnet test tests/Policies.Tests writes it. -->\n";
    private const string End = "<!-- End of the table of policies. -->";

    [Fact]
    public async Task The_readme_shows_the_catalogue()
    {
        var path = Path.Combine(Repository.Root, "README.md");
        var readme = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, readme.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= Begin.Length && end > begin, "README.md has no place for the table of policies.");
        if (Environment.GetEnvironmentVariable("CACHEPOLICIES_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, readme[..begin] + Table() + readme[end..]);
            return;
        }

        Assert.Equal(Table(), readme[begin..end]);
    }

    private static string Table() => string.Concat(
        PolicyCatalog.All
            .SelectMany(p => p.Summaries.Select(s => $"| {s.Title} | {s.LooksAt} | {s.Skips} | {s.Settings ?? Settings(p)} |\n"))
            .Prepend("|---|---|---|---|\n")
            .Prepend("| policy | looks at | skips | paper's symbol, option, default |\n"));

    private static string Settings(CachePolicyDescriptor policy)
    {
        var options = policy.CreateOptions();
        var off = CachePolicyOptions.Common.Select(o => o.Name).ToDictionary(n => n, n => n.EndsWith("Steps", StringComparison.Ordinal) ? "0" : "null");
        return string.Join("; ", policy.Options
            .Where(o => o.Symbol is not null || (off.TryGetValue(o.Name, out var usual) && o.Type.Kind == OptionKind.WholeNumber && o.Read(options) != usual))
            .Select(o => $"{(o.Symbol is { } symbol ? symbol + " " : "")}`{o.Name}`{(o.Read(options) is var value && value == "null" ? "" : " " + value)}"));
    }
}
