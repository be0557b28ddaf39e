using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;

namespace CachePolicies.Packages.Tests;

/// <summary>All packages in a folder, packed once from what was built, with stand-ins for those of ONNX Runtime under their own identity.</summary>
public sealed class LocalFeed : IDisposable
{
    private static readonly string[] Projects =
    [
        "Abstractions", "Policies", "Engine", "Reporting", "Onnx", "Splitting", "Backends/Numerics", "Backends/Cpu", "Backends/OnnxRuntime", "Hosting", "Testing", "Packages/Core", "Packages/Gpu",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feed");

    public LocalFeed()
    {
        foreach (var project in Projects)
        {
            var (code, output) = Run(Root, "pack", Path.Combine("src", project), "--no-build", "-c", Metadata("Configuration"), "-o", Folder, "-v", "q", "--nologo");
            Assert.True(code == 0, $"{project}: {output}");
        }

        var native = OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";
        var platform = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;
        StandIn("Microsoft.ML.OnnxRuntime.Managed", "", ("lib/net8.0/Microsoft.ML.OnnxRuntime.dll", "Microsoft.ML.OnnxRuntime.dll"));
        StandIn("Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Managed", ($"runtimes/{platform}/native/{native}", native));
    }

    public string Folder => _folder.FullName;

    public static string Version => Metadata("Version");

    public static string OnnxRuntimeVersion => Metadata("OnnxRuntimeVersion");

    public static string ExtensionsVersion => Metadata("ExtensionsVersion");

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    public ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(Folder, $"{package}.{Version}.nupkg"));

    public string ReadNuspec(string package)
    {
        using var archive = Open(package);
        using var reader = new StreamReader(archive.GetEntry($"{package}.nuspec")!.Open());
        return reader.ReadToEnd();
    }

    public static (int Code, string Output) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the test runner sets for itself would reach into the builds that are started here.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) && k != "MSBUILDDISABLENODEREUSE").ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void StandIn(string id, string dependency, (string Path, string File) content)
    {
        using var archive = ZipFile.Open(Path.Combine(Folder, $"{id}.{OnnxRuntimeVersion}.nupkg"), ZipArchiveMode.Create);
        archive.CreateEntryFromFile(Path.Combine(AppContext.BaseDirectory, content.File), content.Path);
        using var nuspec = new StreamWriter(archive.CreateEntry($"{id}.nuspec").Open());
        var dependencies = dependency.Length == 0 ? "" : $"<dependencies><dependency id=\"{dependency}\" version=\"{OnnxRuntimeVersion}\" /></dependencies>";
        nuspec.Write($"<package><metadata><id>{id}</id><version>{OnnxRuntimeVersion}</version><authors>stand-in</authors><description>stand-in</description>{dependencies}</metadata></package>");
    }

    private static string Metadata(string key) => typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CachePolicies.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
