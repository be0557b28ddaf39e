namespace CachePolicies.Packages.Tests;

/// <summary>What is in the packages.</summary>
[Collection(nameof(LocalFeed))]
public class PackageTests(LocalFeed feed)
{
    /// <summary>Packages without an assembly of their own.</summary>
    private static readonly string[] References = ["CachePolicies", "CachePolicies.OnnxRuntime.Gpu", "CachePolicies.SampleModel"];

    private const string Tool = "CachePolicies.Tool";

    [Fact]
    public void Every_package_has_a_readme_a_description_and_the_licence()
    {
        Assert.Contains("CachePolicies.Abstractions", feed.Packages);
        Assert.Contains(Tool, feed.Packages);
        Assert.All(feed.Packages, package =>
        {
            using var archive = feed.Open(package);
            Assert.Single(archive.Entries, e => e.FullName == "README.md");
            var nuspec = feed.ReadNuspec(package);
            Assert.Contains("<license type=\"expression\">MIT</license>", nuspec, StringComparison.Ordinal);
            Assert.DoesNotContain("<description>Package Description", nuspec, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_library_has_documentation_and_symbols() =>
        Assert.All(feed.Packages.Except([.. References, Tool]), package =>
        {
            using var archive = feed.Open(package);
            Assert.Contains(archive.Entries, e => e.FullName.StartsWith("lib/net10.0/", StringComparison.Ordinal) && e.Name.EndsWith(".dll", StringComparison.Ordinal));
            Assert.Contains(archive.Entries, e => e.FullName.StartsWith("lib/net10.0/", StringComparison.Ordinal) && e.Name.EndsWith(".xml", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(feed.Folder, $"{package}.{LocalFeed.Version}.snupkg")));
        });

    [Fact]
    public void Packages_depend_on_those_of_ONNX_Runtime_and_carry_none_of_it()
    {
        Assert.Contains($"id=\"Microsoft.ML.OnnxRuntime.Managed\" version=\"{LocalFeed.OnnxRuntimeVersion}\"", feed.ReadNuspec("CachePolicies.OnnxRuntime"), StringComparison.Ordinal);
        Assert.Contains($"id=\"Microsoft.ML.OnnxRuntime.Gpu\" version=\"{LocalFeed.OnnxRuntimeGpuVersion}\"", feed.ReadNuspec("CachePolicies.OnnxRuntime.Gpu"), StringComparison.Ordinal);
        Assert.All(feed.Packages.Except([Tool]), package =>
        {
            using var archive = feed.Open(package);
            Assert.DoesNotContain(archive.Entries, e => e.Name.Contains("Microsoft.ML", StringComparison.Ordinal) || e.Name.Contains("libonnxruntime", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("win-x64", "onnxruntime.dll")]
    [InlineData("win-arm64", "onnxruntime.dll")]
    [InlineData("linux-x64", "libonnxruntime.so")]
    [InlineData("linux-arm64", "libonnxruntime.so")]
    [InlineData("osx-arm64", "libonnxruntime.dylib")]
    public void The_tool_runs_on(string platform, string library)
    {
        using var archive = feed.Open(Tool);
        Assert.NotNull(archive.GetEntry($"tools/net10.0/any/runtimes/{platform}/native/{library}"));
        Assert.DoesNotContain(archive.Entries, e => e.FullName.Contains("/android/", StringComparison.Ordinal) || e.FullName.Contains("/ios/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_contracts_depend_on_nothing() =>
        Assert.DoesNotContain("<dependency ", feed.ReadNuspec("CachePolicies.Abstractions"), StringComparison.Ordinal);

    [Fact]
    public void The_schema_reaches_the_editor()
    {
        using var archive = feed.Open("CachePolicies.Hosting");
        Assert.NotNull(archive.GetEntry("ConfigurationSchema.json"));
        Assert.NotNull(archive.GetEntry("buildTransitive/CachePolicies.Hosting.targets"));
    }
}

/// <summary>One feed for all classes: packing takes a while.</summary>
[CollectionDefinition(nameof(LocalFeed))]
public sealed class LocalFeedDefinition : ICollectionFixture<LocalFeed>;
