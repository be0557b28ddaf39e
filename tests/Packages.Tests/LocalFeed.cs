using System.Globalization;
using System.IO.Compression;
using System.Reflection;

namespace CachePolicies.Packages.Tests;

/// <summary>
/// All packages of the repository in a folder, packed once from what was built, under a version of this run alone: a package that a cache already
/// holds is never what a test sees.
/// </summary>
public sealed class LocalFeed : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feed");

    public LocalFeed() =>
        Dotnet.Expect(Repository.Root, "pack", "CachePolicies.sln", "--no-build", "-c", Metadata("Configuration"), "-o", Folder, "-v", "q", "--nologo", $"-p:PackageVersion={Version}");

    public static string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.0.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");

    public static string OnnxRuntimeVersion => Metadata("OnnxRuntimeVersion");

    public static string OnnxRuntimeGpuVersion => Metadata("OnnxRuntimeGpuVersion");

    public string Folder => _folder.FullName;

    /// <summary>The identities of the packages in the folder.</summary>
    public IEnumerable<string> Packages => _folder.EnumerateFiles("*.nupkg").Select(f => f.Name[..^$".{Version}.nupkg".Length]).Order(StringComparer.Ordinal);

    public ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(Folder, $"{package}.{Version}.nupkg"));

    public string ReadNuspec(string package)
    {
        using var archive = Open(package);
        using var reader = new StreamReader(archive.GetEntry($"{package}.nuspec")!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Writes a NuGet configuration into a folder: packages of this repository come from this feed and from nowhere else, others from where
    /// the build took them, and what is unpacked stays in the folder.
    /// </summary>
    public void WriteConfiguration(string folder)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
              <packageSources>
                <clear />
                <add key="feed" value="{Folder}" />
                <add key="cache" value="{cache}" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="feed"><package pattern="CachePolicies*" /></packageSource>
                <packageSource key="cache"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Metadata(string key) => typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
