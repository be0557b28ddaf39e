using CachePolicies.Onnx;
using CachePolicies.Reporting;

namespace CachePolicies.Tool.Tests;

/// <summary>The perceptual distance with feature extractors of one operator.</summary>
public sealed class PerceptualDistanceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_distance_is_that_of_the_channel_vectors_directions()
    {
        using var distance = PerceptualDistance.Open(Extractor([1, 3, "height", "width"]));

        // (1, −1, −1) and (−1, 1, −1): the cosine is −1/3 at every place, and 2 − 2 cos = 8/3.
        Assert.Equal(8.0 / 3, distance.Between(Plain(255, 0, 0), Plain(0, 255, 0)), 1e-6);
        Assert.Equal(0, distance.Between(Plain(255, 0, 0), Plain(255, 0, 0)), 1e-6);
    }

    [Fact]
    public void A_fixed_size_is_what_pictures_are_brought_to()
    {
        using var distance = PerceptualDistance.Open(Extractor([1, 3, 4, 4]));

        Assert.Equal(8.0 / 3, distance.Between(Plain(255, 0, 0), Plain(0, 255, 0)), 1e-6);
    }

    [Fact]
    public async Task Compare_measures_with_it()
    {
        var run = await ToolRun.Of(
            "compare", "--prompt", "red apple", "--policies", "blockcache", "--steps", "2", "--guidance", "1", "--features", Extractor([1, 3, "height", "width"]), "--out", PathOf("out"), "--json");

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        Assert.Contains("\"perceptual\":", run.Output);
        Assert.Contains("Perceptual", await File.ReadAllTextAsync(PathOf("out/report.html")));
    }

    [Fact]
    public async Task What_is_no_extractor_is_refused_before_anything_is_generated()
    {
        File.WriteAllText(PathOf("text.onnx"), "no model");

        await Refuses("cannot be opened", PathOf("absent.onnx"));
        await Refuses("cannot be opened", PathOf("text.onnx"));
        await Refuses("expected one float32 input [1, 3, height, width]", Extractor([1, 1, 8, 8]));
        await Refuses("expected one float32 input [1, 3, height, width]", Extractor([2, 3, 8, 8]));
        await Refuses("expected one float32 input [1, 3, height, width]", Extractor([3, 8, 8]));
        await Refuses("expected one float32 input [1, 3, height, width]", Extractor([1, 3, 8, 8], OnnxElementType.Int64));
        await Refuses("expected float32 feature maps [1, channels, …]", Extractor([1, 3, 8, 8], asClass: true));
        Assert.False(Directory.Exists(PathOf("out/images")));
    }

    private async Task Refuses(string says, string extractor) =>
        Assert.Contains(says, (await ToolRun.Of("compare", "--prompt", "red apple", "--policies", "none", "--features", extractor, "--out", PathOf("out"))).Refused());

    /// <summary>A model that gives its input with the sign turned, or as whole numbers.</summary>
    private string Extractor(OnnxDimension[] shape, OnnxElementType type = OnnxElementType.Float32, bool asClass = false)
    {
        var graph = new OnnxGraphBuilder("extractor");
        var picture = graph.Input("picture", type, shape);
        graph.Output("features", asClass ? graph.Cast(picture, OnnxElementType.Int64) : graph.Neg(picture), asClass ? OnnxElementType.Int64 : type, shape);
        var path = PathOf($"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, graph.ToBytes());
        return path;
    }

    private static RgbImage Plain(byte red, byte green, byte blue)
    {
        var image = new RgbImage(8, 8);
        for (var i = 0; i < 64; i++)
        {
            image[i % 8, i / 8] = new Rgb(red, green, blue);
        }

        return image;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
