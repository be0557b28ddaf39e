namespace CachePolicies.Structure.Tests;

/// <summary>What a folder of a project uses goes one way: folders that use each other are one folder under several names.</summary>
public sealed class CircleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Projects =>
    [
        .. new[] { "src", "samples", "bench" }
            .SelectMany(f => Directory.EnumerateFiles(Repository.PathOf(f), "*.csproj", SearchOption.AllDirectories))
            .Select(p => Path.GetRelativePath(Repository.Root, p).Replace('\\', '/'))
            .Order(),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_of_a_project_have_no_circle(string project)
    {
        var graph = FolderGraph.Of(Repository.PathOf(project));

        Assert.True(graph.Circles.Count == 0, graph.ToString());
    }

    [Fact]
    public void A_circle_over_three_folders_is_found_with_what_makes_it()
    {
        var project = Write("P.csproj", "<Project />");
        Write("Top.cs", "class Top { Names.A? _a; }");
        Write("Names/A.cs", "namespace Names; class A { Others.B? _b; string Top = \"no type\"; }");
        Write("Others/B.cs", "namespace Others; class B { void Call() => Far.C.Run(); }");
        Write("Far/C.cs", "namespace Far; /// <summary>Not <see cref=\"Top\"/>.</summary>\nclass C { public static void Run() => new System.Collections.Generic.List<Names.A>().Clear(); }");

        var graph = FolderGraph.Of(project);

        Assert.Equal(["Far", "Names", "Others"], Assert.Single(graph.Circles));
        Assert.Contains("Others -> Far: B.cs uses C", graph.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Top", graph.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_use_one_another_one_way_are_no_circle()
    {
        var project = Write("P.csproj", "<Project><ItemGroup><Using Include=\"System.Text\" /></ItemGroup></Project>");
        Write("Top.cs", "class Top { Names.A? _a; StringBuilder? _text; }");
        Write("Names/A.cs", "namespace Names; class A { Others.B? _b; }");
        Write("Others/B.cs", "namespace Others; class B;");

        Assert.Empty(FolderGraph.Of(project).Circles);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, string text) => _folder.Write(name, text);
}
