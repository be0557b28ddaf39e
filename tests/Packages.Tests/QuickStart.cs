namespace CachePolicies.Packages.Tests;

/// <summary>The section of the README of that name: the commands, and the program.</summary>
internal sealed record QuickStart(IReadOnlyList<string> Commands, string Program)
{
    private const string Code = "```csharp\n";
    private const string CommandIndent = "    dotnet ";

    public static QuickStart Read()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md")).ReplaceLineEndings("\n");
        var from = readme.IndexOf("\n## Quick start\n", StringComparison.Ordinal);
        var section = readme[from..readme.IndexOf("\n## ", from + 1, StringComparison.Ordinal)];
        var code = section.IndexOf(Code, StringComparison.Ordinal) + Code.Length;
        return new QuickStart(
            [.. section.Split('\n').Where(l => l.StartsWith(CommandIndent, StringComparison.Ordinal)).Select(l => l[CommandIndent.Length..])],
            section[code..section.IndexOf("```", code, StringComparison.Ordinal)]);
    }
}
