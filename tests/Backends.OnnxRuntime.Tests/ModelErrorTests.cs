using CachePolicies.Models;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What is wrong with a model is said in a sentence that names file and tensor, when the model is opened.</summary>
public sealed class ModelErrorTests : IDisposable
{
    private readonly OnnxRuntimeBackend _backend = new();
    private readonly TinyModel _model = new();

    private string Folder => _model.Folder.Path;

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void A_sound_model_opens()
    {
        using var model = OnnxDenoiserModel.Load(Folder, _backend);
        Assert.Equal(6, model.Denoiser.Stages.Length);
        Assert.Equal("embedded/image embedded/vec", string.Join(" ", model.Denoiser.Layout.Stages[1].Reads));
    }

    [Fact]
    public void Frames_that_the_manifest_declares_stand_in_the_layout()
    {
        _model.WriteManifest(_model.Manifest().Replace("\"shape\":[12, 6]", "\"frames\":{\"axis\":0,\"count\":\"frames\"},\"shape\":[12, 6]", StringComparison.Ordinal));
        using var model = OnnxDenoiserModel.Load(Folder, _backend);
        var layout = model.Denoiser.Layout;
        Assert.Equal(new FrameAxis(0, "frames"), layout.Latent.Primary.Frames);
        Assert.Equal(["frames"], layout.FreeAxes());
        Assert.Equal(new FrameAxis(0, 3), layout.Bind(new Dictionary<string, int> { ["frames"] = 3 }).Output.Primary.Frames);
        Assert.Throws<InvalidLayoutException>(() => layout.Bind(new Dictionary<string, int> { ["frames"] = 5 }));
    }

    [Fact]
    public void A_missing_directory_is_named() => Refuses("/nowhere/at/all", "no model directory '/nowhere/at/all'");

    [Fact]
    public void A_directory_without_a_manifest_is_named()
    {
        File.Delete(_model.Folder.File("manifest.json"));
        Refuses(Folder, Folder, "manifest.json");
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("null", "is empty")]
    [InlineData("{}", "format")]
    public void A_damaged_manifest_is_refused(string text, string reason)
    {
        _model.WriteManifest(text);
        Refuses(Folder, "manifest.json", reason);
    }

    [Theory]
    [InlineData("model/1", "model/9", "'cachepolicies-model/9'", "'cachepolicies-model/1'")]
    [InlineData("\"velocity\"", "\"speed\"", "'speed'", "velocity, epsilon")]
    [InlineData("\"role\":\"structure.probe\"", "\"role\":\"probe\"", "'probe'", "structure.probe")]
    [InlineData("\"kind\":\"signal\"", "\"kind\":\"feature\"", "'feature'", "conditioning")]
    [InlineData("\"type\":\"float32\",\"shape\":[12, 6]", "\"type\":\"float64\",\"shape\":[12, 6]", "'float64'", "bfloat16")]
    [InlineData("\"shape\":[12, 6]", "\"shape\":[12, 0]", "size of at least 1")]
    [InlineData("\"shape\":[12, 6]", "\"frames\":{\"axis\":0,\"count\":5},\"shape\":[12, 6]", "'latent/image'", "5 frames along axis 0 of [12, 6] is not possible; 12 is not a multiple of 5")]
    [InlineData("\"shape\":[12, 6]", "\"frames\":{\"axis\":2,\"count\":3},\"shape\":[12, 6]", "'latent/image'", "its axes are 0 to 1")]
    [InlineData("\"shape\":[12, 6]", "\"frames\":{\"axis\":0},\"shape\":[12, 6]", "count")]
    [InlineData("\"file\":\"head.onnx\"", "\"file\":\"tail.onnx\"", "'tail.onnx'", "is not in")]
    [InlineData("\"file\":\"head.onnx\"", "\"file\":\"../head.onnx\"", "'../head.onnx'", "its own directory")]
    [InlineData("\"from\":\"structure\"", "\"from\":\"structure.probe\"", "'detail1'", "from 'structure' to 'detail.probe'")]
    [InlineData("\"prediction\"", "\"externalData\": [\"weights.bin\"], \"prediction\"", "'weights.bin'", "is not in")]
    [InlineData("\"fingerprint\": \"sha256:", "\"fingerprint\": \"sha256:00", "fingerprint", "export the model again")]
    [InlineData("\"role\":\"structure\"", "\"role\":\"detail\"", "contradicts itself", "'detail.probe'")]
    public void A_manifest_that_is_wrong_somewhere_is_refused_with_the_place(string right, string wrong, params string[] reasons)
    {
        var text = _model.Manifest();
        Assert.Contains(right, text, StringComparison.Ordinal);
        _model.WriteManifest(text.Replace(right, wrong, StringComparison.Ordinal));
        Refuses(Folder, reasons);
    }

    [Theory]
    [InlineData("\"name\":\"image\",\"kind\":\"state\",\"type\":\"float32\",\"shape\":[12, 6]", "\"name\":\"image\",\"kind\":\"state\",\"type\":\"float16\",\"shape\":[12, 6]", "'latent/image'", "float32 in 'embed.onnx'", "float16 in the manifest")]
    [InlineData("\"shape\":[12, 6]", "\"shape\":[12, 7]", "'latent/image'", "[batch, 12, 6] in 'embed.onnx'", "[batch, 12, 7]")]
    [InlineData("\"shape\":[12, 6]", "\"shape\":[12]", "'latent/image'", "[batch, 12]")]
    [InlineData("\"name\":\"modulated\"", "\"name\":\"modulation\"", "'embed.onnx'", "'embedded/modulation'", "embedded/modulated")]
    [InlineData("\"name\":\"timestep\"", "\"name\":\"time\"", "'embed.onnx' reads 'timestep'", "time")]
    [InlineData("\"per\":\"generation\",\"type\":\"float32\",\"shape\":[]}]", "\"type\":\"float32\",\"shape\":[]}, {\"name\":\"guidance\",\"kind\":\"conditioning\",\"type\":\"float32\",\"shape\":[]}]", "'guidance'", "no stage reads")]
    [InlineData("}, {\"name\":\"modulated\",\"kind\":\"signal\",\"type\":\"float32\",\"shape\":[12, 16]}", "}", "'embed.onnx' writes 'embedded/modulated'")]
    public void A_manifest_that_contradicts_a_graph_is_refused_with_both_sides(string right, string wrong, params string[] reasons)
    {
        var text = _model.Manifest();
        Assert.Contains(right, text, StringComparison.Ordinal);
        _model.WriteManifest(text.Replace(right, wrong, StringComparison.Ordinal));
        Refuses(Folder, reasons);
    }

    [Fact]
    public void A_truncated_graph_is_named()
    {
        var path = _model.Folder.File("detail1.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        _model.WriteManifest(_model.Manifest());
        Refuses(Folder, "'detail1'", "detail1.onnx", "damaged");
    }

    [Fact]
    public void Files_that_are_not_those_of_the_fingerprint_are_refused_unless_nobody_asks()
    {
        File.WriteAllBytes(_model.Folder.File("head.onnx"), _model.Stage(5, opset: 18));
        Refuses(Folder, "fingerprint");
        OnnxDenoiserModel.Load(Folder, _backend, verify: false).Dispose();
    }

    [Fact]
    public void A_graph_of_an_operator_set_that_the_runtime_does_not_know_is_named()
    {
        var bytes = _model.Stage(5);
        // The operator set's version is the one varint field 2 after the empty domain of field 8's message.
        var at = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x10, 17]);
        bytes[at + 1] = 120;
        File.WriteAllBytes(_model.Folder.File("head.onnx"), bytes);
        _model.WriteManifest(_model.Manifest());
        Refuses(Folder, "'head'", "head.onnx", "120");
    }

    [Fact]
    public void A_model_without_an_unsplit_denoiser_says_so()
    {
        var error = Assert.Throws<InvalidModelException>(() => OnnxDenoiserModel.LoadUnsplit(Folder, _backend));
        Assert.Contains("'tiny'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_whose_batch_axis_is_fixed_is_refused()
    {
        var graph = new OnnxGraphBuilder("head");
        var x = graph.Input("detail/image", OnnxElementType.Float32, 2, TinyModel.Tokens, TinyModel.Width);
        var slice = graph.Slice(x, 2, 0, TinyModel.Patch);
        graph.Output("output/image", slice, OnnxElementType.Float32, 2, TinyModel.Tokens, TinyModel.Patch);
        File.WriteAllBytes(_model.Folder.File("head.onnx"), graph.ToBytes());
        _model.WriteManifest(_model.Manifest());
        Refuses(Folder, "batch axis", "'detail/image'", "'head.onnx'", "fixed to 2");
    }

    private void Refuses(string folder, params string[] reasons)
    {
        var error = Assert.Throws<InvalidModelException>(() => OnnxDenoiserModel.Load(folder, _backend));
        Assert.All(reasons, reason => Assert.True(error.Message.Contains(reason, StringComparison.Ordinal), $"Not found in: {error.Message} ({error.InnerException?.Message})"));
    }
}
