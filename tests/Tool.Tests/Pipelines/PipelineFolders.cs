using CachePolicies.Diffusers;
using CachePolicies.Policies;

namespace CachePolicies.Tool.Tests;

/// <summary>Copies of the small pipelines that the tests bring, cut into stages once, with the picture that each makes without a cache.</summary>
public sealed class PipelineFolders : IDisposable
{
    /// <summary>Evaluations of each picture.</summary>
    public const int Steps = 12;

    /// <summary>Evaluations in as many steps: PNDM, Stable Diffusion's scheduler, takes one more.</summary>
    public static int EvaluationsOf(string pipeline) => pipeline == "sd15" ? Steps + 1 : Steps;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-pipelines-");
    private readonly Dictionary<string, byte[]> _uncached = [];

    /// <summary>Copies the pipelines.</summary>
    public PipelineFolders()
    {
        foreach (var name in Names)
        {
            Copy(Path.Combine(AppContext.BaseDirectory, "Pipelines", name), PathOf(name));
        }
    }

    /// <summary>The pipelines: one with a U-Net, one with a transformer of two kinds of blocks.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sd15", "flux035"];

    /// <summary>A path in the folder that is removed with the fixture.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Draws a picture with one of the pipelines; the tool's output is JSON.</summary>
    internal Task<ToolRunAndPicture> Generate(string pipeline, params string[] arguments) => Draw(
        ["generate", "--model", PathOf(pipeline), "--prompt", "a red fox", "--height", "64", "--seed", "3", "--steps", $"{Steps}", "--json", .. arguments.Contains("--width") ? arguments : ["--width", "64", .. arguments]]);

    /// <summary>The file of the picture that a pipeline makes without a cache.</summary>
    internal async Task<byte[]> Uncached(string pipeline)
    {
        if (!_uncached.TryGetValue(pipeline, out var picture))
        {
            var (run, file) = await Generate(pipeline);
            Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
            _uncached[pipeline] = picture = file;
        }

        return picture;
    }

    /// <summary>A calibration of MagCache for a pipeline, so even that it skips.</summary>
    public string CalibrationOf(string pipeline)
    {
        var path = PathOf($"{pipeline}.calibration.json");
        if (!File.Exists(path))
        {
            var folder = DiffusersFolder.Open(PathOf(pipeline));
            var layout = DiffusersImport.Ensure(folder).Stages.LayoutFor(folder, new(64, 64));
            new MagCacheCalibration(layout.Fingerprint, [.. Enumerable.Repeat(1.0, Steps)], []).Save(path);
        }

        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Copies a folder with all that is in it.</summary>
    internal static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private async Task<ToolRunAndPicture> Draw(string[] arguments)
    {
        var file = PathOf($"{Guid.NewGuid():N}.png");
        var run = await ToolRun.Of([.. arguments, "--out", file]);
        return new(run, File.Exists(file) ? File.ReadAllBytes(file) : []);
    }
}

/// <summary>A run of the tool that draws, with the file that it wrote.</summary>
internal sealed record ToolRunAndPicture(ToolRun Run, byte[] Picture);
