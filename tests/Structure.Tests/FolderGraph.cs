using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CachePolicies.Structure.Tests;

/// <summary>
/// Which folders of a project use what other folders declare. Names are bound by the compiler, so that a word that only looks like a type does not count;
/// documentation comments do not count either.
/// </summary>
internal sealed class FolderGraph
{
    /// <summary>Everything that the tests refer to, and so everything that a project may.</summary>
    public static readonly MetadataReference[] Others =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p))];

    private readonly Dictionary<(string From, string To), SortedSet<string>> _uses = [];
    private readonly string _root;

    private FolderGraph(string root) => _root = root;

    /// <summary>Folders that use each other, over however many others: each set is one circle. The project's own folder is <c>.</c>.</summary>
    public IReadOnlyList<string[]> Circles
    {
        get
        {
            var reached = _uses.Keys.Select(u => u.From).Distinct().ToDictionary(f => f, ReachedFrom);
            return
            [
                .. reached.Where(r => r.Value.Contains(r.Key))
                    .Select(r => r.Value.Where(o => reached.TryGetValue(o, out var back) && back.Contains(r.Key)).Order(StringComparer.Ordinal).ToArray())
                    .DistinctBy(c => string.Join('|', c)),
            ];
        }
    }

    /// <summary>Reads a project.</summary>
    /// <param name="project">The project file.</param>
    public static FolderGraph Of(string project)
    {
        var graph = new FolderGraph(Path.GetDirectoryName(project)!);
        SyntaxTree[] trees = [.. graph.Sources(), GlobalUsings(project)];
        var compilation = CSharpCompilation.Create("structure", trees, Others, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        foreach (var tree in trees.Where(t => t.FilePath.Length > 0))
        {
            graph.Add(tree, compilation.GetSemanticModel(tree));
        }

        return graph;
    }

    /// <summary>The uses that make the circles, one a line.</summary>
    public override string ToString() => string.Join(
        '\n',
        from circle in Circles
        from use in _uses
        where circle.Contains(use.Key.From) && circle.Contains(use.Key.To)
        select $"{use.Key.From} -> {use.Key.To}: {string.Join(", ", use.Value)}");

    private void Add(SyntaxTree tree, SemanticModel model)
    {
        var from = FolderOf(tree);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var bound = model.GetSymbolInfo(name);
            var symbol = bound.Symbol ?? bound.CandidateSymbols.FirstOrDefault();
            if (symbol is null or INamespaceSymbol or IAliasSymbol)
            {
                continue;
            }

            // A partial type that has a part here is of this folder.
            string[] declared = [.. symbol.OriginalDefinition.DeclaringSyntaxReferences.Select(r => r.SyntaxTree).Where(t => t.FilePath.Length > 0).Select(FolderOf).Distinct()];
            foreach (var to in declared.Contains(from) ? [] : declared)
            {
                if (!_uses.TryGetValue((from, to), out var uses))
                {
                    _uses.Add((from, to), uses = new(StringComparer.Ordinal));
                }

                uses.Add($"{Path.GetFileName(tree.FilePath)} uses {(symbol as INamedTypeSymbol ?? symbol.ContainingType ?? symbol).Name}");
            }
        }
    }

    private HashSet<string> ReachedFrom(string folder)
    {
        var next = _uses.Keys.ToLookup(u => u.From, u => u.To);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(next[folder]);
        while (open.TryPop(out var at))
        {
            if (reached.Add(at))
            {
                foreach (var to in next[at])
                {
                    open.Push(to);
                }
            }
        }

        return reached;
    }

    private string FolderOf(SyntaxTree tree) => Path.GetRelativePath(_root, Path.GetDirectoryName(tree.FilePath)!).Replace('\\', '/');

    private IEnumerable<SyntaxTree> Sources() => Directory.EnumerateFiles(_root, "*.cs", SearchOption.AllDirectories)
        .Where(f => Path.GetRelativePath(_root, f).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
        .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), new CSharpParseOptions(LanguageVersion.Preview), f));

    /// <summary>What the build adds: the implicit usings, and those of the project file.</summary>
    private static SyntaxTree GlobalUsings(string project)
    {
        string[] names =
        [
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
            .. XDocument.Load(project).Descendants("Using").Select(u => u.Attribute("Include")!.Value),
        ];
        return CSharpSyntaxTree.ParseText(string.Concat(names.Select(n => $"global using {n};\n")), new CSharpParseOptions(LanguageVersion.Preview));
    }
}
