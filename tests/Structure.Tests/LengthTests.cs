namespace CachePolicies.Structure.Tests;

public class LengthTests
{
    private const int Most = 400;

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var lengths = new[] { "src", "samples", "bench", "tests" }
            .SelectMany(f => Directory.EnumerateFiles(Repository.PathOf(f), "*.cs", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .ToDictionary(f => f, f => File.ReadLines(Repository.PathOf(f)).Count());

        Assert.True(lengths.Count > 100, "The sources were not found.");
        Assert.Empty(lengths.Where(l => l.Value > Most).Select(l => $"{l.Key}: {l.Value} lines"));
    }
}
