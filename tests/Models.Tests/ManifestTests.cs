using System.Text;
using System.Text.Json.Nodes;

namespace CachePolicies.Models.Tests;

public sealed class ManifestTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("manifest");

    public ManifestTests()
    {
        foreach (var file in new[] { "prelude.onnx", "embed.onnx", "head.onnx", "denoiser.onnx", "weights.bin" })
        {
            File.WriteAllText(PathOf(file), file);
        }
    }

    private static ModelManifest Sample => new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "sample",
        Family = "flux",
        Prediction = ModelPrediction.Epsilon,
        Inputs = [new() { Name = "timestep", Kind = TensorKind.Conditioning, Per = ConditioningLifetime.Generation, Type = ElementType.Float32, Axes = [] }],
        Prelude = new() { File = "prelude.onnx", Tensors = [new() { Name = "text", Kind = TensorKind.Conditioning, Per = ConditioningLifetime.Generation, Type = ElementType.Float16, Axes = ["text"] }] },
        Boundaries =
        [
            new() { Name = "latent", Role = BoundaryRole.Latent, Tensors = [Image] },
            new() { Name = "embedded", Role = BoundaryRole.Embedded, Tensors = [Image with { Frames = new() { Axis = 0, Count = "frames" } }] },
            new() { Name = "output", Role = BoundaryRole.Output, Tensors = [Image] },
        ],
        Stages =
        [
            new() { Name = "embed", File = "embed.onnx", From = "latent", To = "embedded" },
            new() { Name = "head", File = "head.onnx", From = "embedded", To = "output" },
        ],
        Denoiser = "denoiser.onnx",
        ExternalData = ["weights.bin"],
    };

    private static ManifestTensor Image => new() { Name = "image", Kind = TensorKind.State, Type = ElementType.Float32, Axes = ["frames", 4] };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        Write(Sample);
        var read = ManifestReader.Read(_folder.FullName);
        Assert.Equal(TextOf(Sample), TextOf(read));
        Assert.Equal("sample", read.Name);
        Assert.Equal(ModelPrediction.Epsilon, read.Prediction);
        Assert.Null(read.Boundaries[0].Tensors[0].Per);
        Assert.Equal(ConditioningLifetime.Generation, read.Inputs[0].ToDescriptor().Lifetime);
        Assert.Equal(new FrameAxis(0, "frames"), read.Boundaries[1].Tensors[0].ToDescriptor().Frames);
    }

    [Fact]
    public void Only_conditioning_says_how_long_it_stays()
    {
        var text = TextOf(Sample);
        Assert.Equal(2, text.Split("\"per\"").Length - 1);
        Assert.StartsWith("{\n  \"format\": \"cachepolicies-model/1\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_counts_every_byte_in_order()
    {
        var files = ManifestReader.FilesOf(Sample).ToArray();
        Assert.Equal(["prelude.onnx", "embed.onnx", "head.onnx", "weights.bin"], files);
        var fingerprint = ModelFingerprint.Compute(_folder.FullName, files);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files)))), fingerprint);
        ModelFingerprint.Verify(_folder.FullName, Sample with { Fingerprint = fingerprint });
        File.AppendAllText(PathOf("weights.bin"), "x");
        Assert.Throws<InvalidModelException>(() => ModelFingerprint.Verify(_folder.FullName, Sample with { Fingerprint = fingerprint }));
    }

    public static TheoryData<string> Lists => new("inputs", "boundaries", "stages", "externalData", "boundaries/0/tensors", "boundaries/1/tensors/0/shape", "prelude/tensors");

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_null_in_a_list_is_refused(string list)
    {
        var manifest = JsonNode.Parse(TextOf(Sample))!;
        list.Split('/').Aggregate(manifest, (node, part) => int.TryParse(part, out var index) ? node[index]! : node[part]!).AsArray().Add(null);
        File.WriteAllText(PathOf("manifest.json"), manifest.ToJsonString());
        Assert.Contains("holds null", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\": \"sample\"", "\"name\": null", "name")]
    [InlineData("\"name\": \"sample\"", "\"name\": \"sample\", \"name\": \"other\"", "name")]
    [InlineData("\"weights.bin\"", "\"../weights.bin\"", "its own directory")]
    [InlineData("\"weights.bin\"", "\"/dev/zero\"", "its own directory")]
    [InlineData("\"weights.bin\"", "\"missing.bin\"", "is not in")]
    [InlineData("\"frames\",\n            4", "2147483647,\n            2147483647", "more than 2147483647 elements")]
    [InlineData("\"prelude.onnx\"", "\"..\"", "its own directory")]
    [InlineData("\"from\": \"embedded\"", "\"from\": \"latent\"", "expected one from 'embedded' to 'output'")]
    public void What_is_wrong_is_named(string right, string wrong, string reason)
    {
        var text = TextOf(Sample);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(PathOf("manifest.json"), text.Replace(right, wrong, StringComparison.Ordinal));
        var refusal = Refusal();
        Assert.True(refusal.Contains(reason, StringComparison.Ordinal), refusal);
    }

    [Fact]
    public void A_folder_or_a_device_in_the_place_of_a_file_is_refused()
    {
        Write(Sample);
        File.Delete(PathOf("weights.bin"));
        Directory.CreateDirectory(PathOf("weights.bin"));
        Assert.Contains("is a folder", Refusal(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Directory.Delete(PathOf("weights.bin"));
            File.CreateSymbolicLink(PathOf("weights.bin"), "/dev/zero");
            Assert.Contains("is a device", Refusal(), StringComparison.Ordinal);
        }
    }

    private string Refusal() => Assert.Throws<InvalidModelException>(() => ManifestReader.Read(_folder.FullName)).Message;

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private void Write(ModelManifest manifest) => File.WriteAllText(PathOf("manifest.json"), TextOf(manifest));

    private static string TextOf(ModelManifest manifest)
    {
        using var stream = new MemoryStream();
        ManifestWriter.Write(stream, manifest);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
