using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using CachePolicies.Onnx;
using CachePolicies.Splitting;

namespace CachePolicies.Tool.Tests;

/// <summary>Splits whose process is killed.</summary>
public sealed class SplitKillTests : IDisposable
{
    private const int Kills = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-kill-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_split_that_is_killed_at_any_moment_leaves_a_whole_model_or_none_and_its_source_as_it_was()
    {
        var model = ModelVariants.WriteExternal(OnnxModelFile.Load(SplitModel.Fixture("flux")).Model, _folder.FullName, "flux");
        var before = Hash(Path.ChangeExtension(model, ".data"));
        var whole = Stopwatch.StartNew();
        Assert.True(await Split(model, "whole", Timeout.InfiniteTimeSpan));
        whole.Stop();
        Directory.Delete(Target("whole"), recursive: true);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Split(model, $"killed{kill}", whole.Elapsed * kill / Kills);
            // Directories under their own name and temporary ones alike: what loads is whole.
            Assert.All(_folder.GetFiles("manifest.json", SearchOption.AllDirectories), AssertWhole);
            Assert.False(Directory.Exists(Target($"killed{kill}")) && !File.Exists(Path.Combine(Target($"killed{kill}"), "manifest.json")));
            Assert.Equal(before, Hash(Path.ChangeExtension(model, ".data")));
        }

        Assert.True(await Split(model, "after", Timeout.InfiniteTimeSpan));
    }

    private static void AssertWhole(FileInfo manifest)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(manifest.FullName));
        var root = document.RootElement;
        var files = root.GetProperty("stages").EnumerateArray().Append(root.GetProperty("prelude")).Select(part => part.GetProperty("file").GetString()!)
            .Append(root.GetProperty("denoiser").GetString()!);
        Assert.All(files, file => OnnxModelFile.Load(Path.Combine(manifest.DirectoryName!, file)));
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    private string Target(string name) => Path.Combine(_folder.FullName, name);

    private Task<bool> Split(string model, string name, TimeSpan killAfter) => KilledTool.RunAsync(killAfter, "split", model, "--out", Target(name));
}
