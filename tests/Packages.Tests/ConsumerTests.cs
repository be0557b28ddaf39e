namespace CachePolicies.Packages.Tests;

/// <summary>What a user of the packages builds and runs.</summary>
[Collection(nameof(LocalFeed))]
public class ConsumerTests(LocalFeed feed)
{
    private const string NativePackage = "Microsoft.ML.OnnxRuntime";

    [Fact]
    public void The_quick_start_of_the_readme_runs()
    {
        using var folder = new TemporaryFolder();
        var project = Create(folder, QuickStart.Read(), without: null);

        var output = Dotnet.Expect(project, "run");

        Assert.Contains("H2Cache: 100 evaluations in ", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project, "apple.png")));
    }

    [Fact]
    public void Without_the_native_library_a_sentence_says_which_package_brings_it()
    {
        using var folder = new TemporaryFolder();
        var project = Create(folder, QuickStart.Read(), without: NativePackage);

        var (code, output) = Dotnet.Run("dotnet", project, "run");

        Assert.NotEqual(0, code);
        Assert.Contains("The native library of ONNX Runtime cannot be loaded. Add the package Microsoft.ML.OnnxRuntime ", output, StringComparison.Ordinal);
    }

    /// <summary>Types the commands of the quick start and saves its program.</summary>
    private string Create(TemporaryFolder folder, QuickStart start, string? without)
    {
        feed.WriteConfiguration(folder.Path);
        Dotnet.Expect(folder.Path, [.. start.Commands[0].Split(' '), "--no-restore"]);
        var project = Directory.GetDirectories(folder.Path).Single(d => File.Exists(Path.Combine(d, "Program.cs")));
        Assert.Equal(4, start.Commands.Count(c => c.StartsWith("add package ", StringComparison.Ordinal)));
        foreach (var command in start.Commands.Skip(1).Where(c => without is null || !c.EndsWith(" " + without, StringComparison.Ordinal)))
        {
            Dotnet.Expect(project, command.Split(' '));
        }

        File.WriteAllText(Path.Combine(project, "Program.cs"), start.Program);
        return project;
    }
}
