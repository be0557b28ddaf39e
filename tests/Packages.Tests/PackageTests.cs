namespace CachePolicies.Packages.Tests;

public class PackageTests(LocalFeed feed) : IClassFixture<LocalFeed>
{
    public static TheoryData<string> Libraries => new(
        "CachePolicies.Abstractions",
        "CachePolicies.Policies",
        "CachePolicies.Engine",
        "CachePolicies.Reporting",
        "CachePolicies.Onnx",
        "CachePolicies.Splitting",
        "CachePolicies.Backends.Numerics",
        "CachePolicies.Backends.Cpu",
        "CachePolicies.OnnxRuntime",
        "CachePolicies.Hosting",
        "CachePolicies.Testing");

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_has_documentation_symbols_a_readme_and_the_licence(string package)
    {
        using var archive = feed.Open(package);
        var files = archive.Entries.Select(e => e.FullName).ToArray();
        Assert.Contains(files, f => f.StartsWith("lib/net10.0/", StringComparison.Ordinal) && f.EndsWith(".dll", StringComparison.Ordinal));
        Assert.Contains(files, f => f.StartsWith("lib/net10.0/", StringComparison.Ordinal) && f.EndsWith(".xml", StringComparison.Ordinal));
        Assert.Contains("README.md", files);
        Assert.True(File.Exists(Path.Combine(feed.Folder, $"{package}.{LocalFeed.Version}.snupkg")));
        Assert.Contains("<license type=\"expression\">MIT</license>", feed.ReadNuspec(package), StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_depend_on_the_official_ones_of_ONNX_Runtime()
    {
        Assert.Contains($"id=\"Microsoft.ML.OnnxRuntime.Managed\" version=\"{LocalFeed.OnnxRuntimeVersion}\"", feed.ReadNuspec("CachePolicies.OnnxRuntime"), StringComparison.Ordinal);
        Assert.Contains($"id=\"Microsoft.ML.OnnxRuntime.Gpu\" version=\"{LocalFeed.OnnxRuntimeVersion}\"", feed.ReadNuspec("CachePolicies.OnnxRuntime.Gpu"), StringComparison.Ordinal);
        using var archive = feed.Open("CachePolicies.OnnxRuntime");
        Assert.DoesNotContain(archive.Entries, e => e.Name == "Microsoft.ML.OnnxRuntime.dll");
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

    [Fact]
    public void A_consumer_builds_and_runs_from_the_packages()
    {
        var folder = Directory.CreateTempSubdirectory("consumer");
        try
        {
            var user = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            File.WriteAllText(Path.Combine(folder.FullName, "nuget.config"), $"""
                <configuration>
                  <packageSources><add key="local" value="{feed.Folder}" /></packageSources>
                </configuration>
                """);
            File.WriteAllText(Path.Combine(folder.FullName, "Consumer.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <Nullable>enable</Nullable>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                    <NuGetAudit>false</NuGetAudit>
                    <RestorePackagesPath>{Path.Combine(folder.FullName, "packages")}</RestorePackagesPath>
                    <RestoreFallbackFolders>{user}</RestoreFallbackFolders>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="CachePolicies" Version="{LocalFeed.Version}" />
                    <PackageReference Include="CachePolicies.Hosting" Version="{LocalFeed.Version}" />
                    <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{LocalFeed.OnnxRuntimeVersion}" />
                    <PackageReference Include="Microsoft.Extensions.Hosting" Version="{LocalFeed.ExtensionsVersion}" />
                  </ItemGroup>
                </Project>
                """);
            File.WriteAllText(Path.Combine(folder.FullName, "Program.cs"), """
                using CachePolicies.Hosting;
                using CachePolicies.Reporting;
                using Microsoft.Extensions.DependencyInjection;
                using Microsoft.Extensions.Hosting;

                var builder = Host.CreateApplicationBuilder();
                builder.AddH2Cache(o => o.StructureThreshold = 0.12f)
                    .UseModel(args[0]);
                using var host = builder.Build();

                var generator = host.Services.GetRequiredService<ITextToImageGenerator>();
                var result = await generator.GenerateImageAsync(new("red apple") { Steps = 10 });
                Png.Save("apple.png", result.Image);
                Console.WriteLine($"{result.Policy} made {result.Image.Width} x {result.Image.Height}");
                """);

            var (code, output) = LocalFeed.Run(folder.FullName, "run", "--", Path.Combine(LocalFeed.Root, "models", "emoji"));

            Assert.True(code == 0, output);
            Assert.Contains("H2Cache made 32 x 32", output, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "apple.png")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
