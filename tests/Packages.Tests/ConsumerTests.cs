namespace CachePolicies.Packages.Tests;

/// <summary>What a user of the packages builds and runs.</summary>
[Collection(nameof(LocalFeed))]
public class ConsumerTests(LocalFeed feed)
{
    private const string Program = """
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
        """;

    [Fact]
    public void A_consumer_builds_and_runs_from_the_packages()
    {
        using var folder = new TemporaryFolder();
        Write(folder, $"<PackageReference Include=\"Microsoft.ML.OnnxRuntime\" Version=\"{LocalFeed.OnnxRuntimeVersion}\" />");

        var output = Dotnet.Expect(folder.Path, "run", "--", Path.Combine(LocalFeed.Root, "models", "emoji"));

        Assert.Contains("H2Cache made 32 x 32", output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["apple.png"]));
    }

    [Fact]
    public void A_consumer_without_the_native_library_is_told_which_package_brings_it()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "");

        var (code, output) = Dotnet.Run("dotnet", folder.Path, "run", "--", Path.Combine(LocalFeed.Root, "models", "emoji"));

        Assert.NotEqual(0, code);
        Assert.Contains("The native library of ONNX Runtime cannot be loaded. Add the package Microsoft.ML.OnnxRuntime ", output, StringComparison.Ordinal);
    }

    private void Write(TemporaryFolder folder, string packages)
    {
        feed.WriteConfiguration(folder.Path);
        File.WriteAllText(folder["Program.cs"], Program);
        File.WriteAllText(folder["Consumer.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CachePolicies" Version="{LocalFeed.Version}" />
                <PackageReference Include="CachePolicies.Hosting" Version="{LocalFeed.Version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="{LocalFeed.ExtensionsVersion}" />
                {packages}
              </ItemGroup>
            </Project>
            """);
    }
}
