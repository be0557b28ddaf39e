using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CachePolicies.Structure.Tests;

/// <summary>A block of C# in a document, and whether it compiles for somebody who has all packages.</summary>
/// <param name="Document">The document, relative to the repository.</param>
/// <param name="Line">Where the block begins.</param>
/// <param name="Code">The block.</param>
internal sealed partial record DocumentedCode(string Document, int Line, string Code)
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Collections.Immutable;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using CachePolicies;
        global using CachePolicies.Backends.Cpu;
        global using CachePolicies.Backends.OnnxRuntime;
        global using CachePolicies.Diffusers;
        global using CachePolicies.Engine;
        global using CachePolicies.Files;
        global using CachePolicies.Hosting;
        global using CachePolicies.Models;
        global using CachePolicies.Policies;
        global using CachePolicies.Reporting;
        global using CachePolicies.Splitting;
        global using CachePolicies.Testing;
        global using CachePolicies.TextToImage;
        global using CachePolicies.Traces;
        global using Given;
        global using Microsoft.Extensions.AI;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using OpenAI;
        global using OpenAI.Images;
        global using System.ClientModel;
        global using Xunit;
        global using static Given.Variables;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    private static readonly SyntaxTree[] Surroundings =
        [CSharpSyntaxTree.ParseText(Usings, Language), CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Given.txt")), Language)];

    /// <summary>All blocks of a document.</summary>
    /// <param name="document">Its path, relative to the repository.</param>
    public static IEnumerable<DocumentedCode> In(string document)
    {
        var text = File.ReadAllText(Repository.PathOf(document)).ReplaceLineEndings("\n");
        return Block().Matches(text).Select(b => new DocumentedCode(document, text.AsSpan(0, b.Groups["code"].Index).Count('\n') + 1, b.Groups["code"].Value));
    }

    /// <summary>What the compiler finds wrong with it.</summary>
    public IReadOnlyList<string> Errors()
    {
        var unit = Parse(Code);
        if (unit.Members.OfType<GlobalStatementSyntax>().Any(s => s.Statement is LocalFunctionStatementSyntax { AttributeLists.Count: > 0 }))
        {
            unit = Parse($"public class Block\n{{\n{Code}}}"); // Tests, which belong into a class.
        }

        // Whoever writes a document shows a class before its use; the compiler wants it the other way round.
        var isProgram = unit.Members.Any(m => m is GlobalStatementSyntax);
        unit = Parse(unit.WithMembers([.. unit.Members.Where(m => m is GlobalStatementSyntax), .. unit.Members.Where(m => m is not GlobalStatementSyntax)]).ToFullString());
        var compilation = CSharpCompilation.Create(
            "documented",
            [.. Surroundings, CSharpSyntaxTree.Create(unit, Language)],
            FolderGraph.Others,
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && !d.Id.StartsWith("MEAI", StringComparison.Ordinal)).Select(d => $"{Document}, block at line {Line}: {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} ({d.Id} at '{d.Location.SourceTree?.GetText().ToString(d.Location.SourceSpan)}')")];
    }

    private static CompilationUnitSyntax Parse(string code) => SyntaxFactory.ParseCompilationUnit(code, options: Language);

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
