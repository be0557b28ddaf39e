using System.Reflection;

namespace CachePolicies.PublicSurface.Tests;

/// <summary>
/// The public surface of each library stands in a text file beside its project, so that every change of it is seen in review. With
/// CACHEPOLICIES_UPDATE=1 the test writes the files again.
/// </summary>
public class PublicSurfaceTests
{
    [Theory]
    [InlineData("CachePolicies.Abstractions", "src/Abstractions")]
    [InlineData("CachePolicies.Policies", "src/Policies")]
    [InlineData("CachePolicies.Engine", "src/Engine")]
    [InlineData("CachePolicies.Reporting", "src/Reporting")]
    [InlineData("CachePolicies.Onnx", "src/Onnx")]
    [InlineData("CachePolicies.Splitting", "src/Splitting")]
    [InlineData("CachePolicies.Backends.Numerics", "src/Backends/Numerics")]
    [InlineData("CachePolicies.Backends.Cpu", "src/Backends/Cpu")]
    [InlineData("CachePolicies.Backends.OnnxRuntime", "src/Backends/OnnxRuntime")]
    [InlineData("CachePolicies.TextToImage", "src/TextToImage")]
    [InlineData("CachePolicies.Files", "src/Files")]
    [InlineData("CachePolicies.Models", "src/Models")]
    [InlineData("CachePolicies.Traces", "src/Traces")]
    [InlineData("CachePolicies.Hosting", "src/Hosting")]
    [InlineData("CachePolicies.Testing", "src/Testing")]
    [InlineData("CachePolicies.Diffusers", "src/Diffusers")]
    public async Task The_public_surface_is_as_reviewed(string assembly, string project)
    {
        var surface = string.Join('\n', SurfaceWriter.Describe(Assembly.Load(assembly))) + "\n";
        var path = Path.Combine(Repository.Root, project, "PublicSurface.txt");
        if (Environment.GetEnvironmentVariable("CACHEPOLICIES_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, surface);
        }

        var reviewed = File.Exists(path) ? (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n") : "";
        var added = surface.Split('\n').Except(reviewed.Split('\n')).Select(l => "+ " + l);
        var removed = reviewed.Split('\n').Except(surface.Split('\n')).Select(l => "- " + l);
        Assert.True(surface == reviewed, $"The public surface of {assembly} changed; review it and run the test with CACHEPOLICIES_UPDATE=1:\n{string.Join('\n', removed.Concat(added))}");
    }
}
