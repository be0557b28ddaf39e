namespace CachePolicies.Structure.Tests;

public class DocumentedCodeTests
{
    public static TheoryData<string> Documents =>
    [
        .. new[] { "README.md" }
            .Concat(new[] { "docs", "src", "samples", "bench", "models" }.SelectMany(f => Directory.EnumerateFiles(Repository.PathOf(f), "*.md", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/')))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Where(f => DocumentedCode.In(f).Any())
            .Order(),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_code_compiles(string document)
    {
        var errors = DocumentedCode.In(document).SelectMany(c => c.Errors()).ToArray();

        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    [Fact]
    public void A_block_that_does_not_compile_is_named_by_its_line()
    {
        var error = Assert.Single(new DocumentedCode("some.md", 7, "Console.WriteLine(unknown);\n").Errors());

        Assert.StartsWith("some.md, block at line 7: ", error, StringComparison.Ordinal);
        Assert.Contains("'unknown'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_may_come_before_its_use_and_tests_without_a_class()
    {
        Assert.Empty(new DocumentedCode("some.md", 1, "class Mine { }\n\nvar mine = new Mine();\n").Errors());
        Assert.Empty(new DocumentedCode("some.md", 1, "[Fact]\npublic void Holds() => Assert.True(true);\n").Errors());
    }
}
