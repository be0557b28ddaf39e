using System.Globalization;
using System.Text.Json;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Splitting;

public sealed class DenoiserSplitterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_are_written_once_and_shared_by_offset()
    {
        var split = DenoiserSplitter.Split(Denoisers.PathOf("unet"), _folder.File("split"));
        var original = new FileInfo(Denoisers.PathOf("unet")).Length;
        var weights = new FileInfo(Path.Combine(split.Directory, "weights.bin")).Length;
        Assert.InRange(weights, 1, original);
        Assert.All(Directory.GetFiles(split.Directory, "*.onnx"), file =>
        {
            Assert.All(OnnxModelFile.Load(file).ExternalTensors, tensor => Assert.Equal("weights.bin", tensor.Location));
            Assert.DoesNotContain(OnnxModelFile.Load(file).Model.Graph.Initializer, tensor => tensor.RawData.Length >= WeightStore.InlineBelow);
        });
    }

    [Fact]
    public void Every_stage_is_a_valid_model_and_the_manifest_names_it()
    {
        var split = DenoiserSplitter.Split(Denoisers.PathOf("flux"), _folder.File("split"), new SplitOptions { Name = "small" });
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(split.Directory, "manifest.json")));
        var root = manifest.RootElement;
        Assert.Equal(("cachepolicies-model/1", "small", "flux", "velocity"), (
            root.GetProperty("format").GetString(), root.GetProperty("name").GetString(), root.GetProperty("family").GetString(), root.GetProperty("prediction").GetString()));
        Assert.StartsWith("sha256:", root.GetProperty("fingerprint").GetString(), StringComparison.Ordinal);
        foreach (var stage in root.GetProperty("stages").EnumerateArray())
        {
            var index = new OnnxGraphIndex(OnnxModelFile.Load(Path.Combine(split.Directory, stage.GetProperty("file").GetString()!)).Model.Graph);
            Assert.All(index.Outputs, output => Assert.StartsWith(stage.GetProperty("to").GetString() + "/", output, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("sd3", "#x/constant")]
    [InlineData("sd3", "#x/Gather")]
    [InlineData("flux", "#x/Concat")]
    [InlineData("flux", "#x/Shape")]
    public void Names_of_new_values_avoid_those_that_the_model_has(string name, string stem)
    {
        var path = _folder.Write("model.onnx", ModelVariants.WithoutNames(Denoisers.Read(name), stem).ToByteArray());
        Assert.Equal(0, DenoiserSplitter.Split(path, _folder.File("split"), new SplitOptions { Verify = true }).Verification!.Largest);
    }

    [Fact]
    public void External_weights_are_linked_and_not_copied()
    {
        var path = WriteExternal("pixart");
        var split = DenoiserSplitter.Split(path, _folder.File("split"));
        Assert.Empty(split.Notices);
        var linked = Path.Combine(split.Directory, "pixart.data");
        Assert.Equal(new FileInfo(_folder.File("pixart.data")).Length, new FileInfo(linked).Length);

        // One file under two names: what is written through one is read through the other.
        using (var stream = new FileStream(_folder.File("pixart.data"), FileMode.Open, FileAccess.Write))
        {
            stream.WriteByte(0xA5);
        }

        Assert.Equal(0xA5, File.ReadAllBytes(linked)[0]);
        Assert.False(File.Exists(Path.Combine(split.Directory, "weights.bin")));
    }

    [Fact]
    public void What_a_symbolic_link_leads_to_is_copied()
    {
        var path = WriteExternal("pixart");
        File.Move(_folder.File("pixart.data"), _folder.File("blob"));
        File.CreateSymbolicLink(_folder.File("pixart.data"), _folder.File("blob"));
        var split = DenoiserSplitter.Split(path, _folder.File("split"), new SplitOptions { Verify = true });
        var copy = Path.Combine(split.Directory, "pixart.data");
        Assert.Null(new FileInfo(copy).LinkTarget);
        Assert.Contains("was copied: it is a symbolic link in the model's folder.", Assert.Single(split.Notices), StringComparison.Ordinal);
        Assert.Equal(0, split.Verification!.Largest);
        File.WriteAllBytes(_folder.File("blob"), [1]);
        Assert.NotEqual(1, new FileInfo(copy).Length);
    }

    [Theory]
    [InlineData("denoiser.onnx")]
    [InlineData("head.onnx")]
    [InlineData("Manifest.json")]
    [InlineData("weights.bin")]
    public void External_data_with_the_name_of_a_file_that_is_written_gets_another(string name)
    {
        var path = WriteExternal("pixart");
        var model = OnnxModelFile.Load(path).Model;
        foreach (var location in model.AllTensors().SelectMany(tensor => tensor.ExternalData).Where(entry => entry.Key == "location"))
        {
            location.Value = name;
        }

        File.Move(_folder.File("pixart.data"), _folder.File(name));
        File.WriteAllBytes(path, model.ToByteArray());
        var data = File.ReadAllBytes(_folder.File(name));
        var split = DenoiserSplitter.Split(path, _folder.File("split"), new SplitOptions { Verify = true });
        Assert.Equal(0, split.Verification!.Largest);
        Assert.Equal(data, File.ReadAllBytes(_folder.File(name)));
        var used = Directory.GetFiles(split.Directory, "*.onnx").SelectMany(file => OnnxModelFile.Load(file).ExternalTensors).Select(tensor => tensor.Location).Distinct();
        Assert.Equal(data, File.ReadAllBytes(Path.Combine(split.Directory, Assert.Single(used))));
    }

    [Fact]
    public void The_original_is_removed_where_that_was_asked_for_and_the_split_was_verified()
    {
        var path = _folder.File("model.onnx");
        File.Copy(Denoisers.PathOf("pixart"), path);
        Assert.Contains("was kept: the split was not verified.", DenoiserSplitter.Split(path, _folder.File("first"), new SplitOptions { Verify = false, DropOriginal = true }).Notices[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        Assert.Contains("was removed", DenoiserSplitter.Split(path, _folder.File("second"), new SplitOptions { DropOriginal = true }).Notices[^1], StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_stage_that_never_ends_is_cancelled()
    {
        var path = _folder.Write("loop.onnx", WithEndlessLoop(Denoisers.Read("pixart")).ToByteArray());
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        Assert.ThrowsAny<OperationCanceledException>(() => DenoiserSplitter.Split(path, _folder.File("split"), new SplitOptions { Verify = true }, soon.Token));
        Assert.Equal(["loop.onnx"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_model_too_large_to_prove_is_split_and_says_so()
    {
        var model = Denoisers.Read("wan");
        model.Graph.Input.Single(input => input.Name == "encoder_hidden_states").Type.TensorType.Shape.Dim[1] = new TensorShapeProto.Types.Dimension { DimValue = 1 << 22 };
        var path = _folder.Write("large.onnx", model.ToByteArray());
        var split = DenoiserSplitter.Split(path, _folder.File("split"));
        Assert.Null(split.Verification);
        Assert.StartsWith("Not verified: one value of a run has ", Assert.Single(split.Notices), StringComparison.Ordinal);
        var error = Assert.Throws<ModelSplitException>(() => DenoiserSplitter.Split(path, _folder.File("asked"), new SplitOptions { Verify = true }));
        Assert.Contains("cannot be verified here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspecting_and_splitting_ten_gigabytes_of_weights_moves_none_of_them()
    {
        var path = WriteExternal("pixart");
        var model = OnnxModelFile.Load(path).Model;
        const long size = 10L << 30;
        using (var stream = new FileStream(_folder.File("pixart.data"), FileMode.Open))
        {
            stream.SetLength(size);
        }

        // A table of 10 GB in front of the text projection: read where the model says, never here.
        var rows = (size - (1 << 20)) / 4 / 12;
        model.Graph.Initializer.Add(External("table", [rows, 12], 1 << 20, rows * 12 * 4));
        model.Graph.Initializer.Add(new TensorProto { Name = "row", DataType = (int)OnnxElementType.Int64, RawData = ByteString.CopyFrom(new byte[8]) });
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Gather", Name = "look", Input = { "table", "row" }, Output = { "looked" } });
        model.Graph.Node.Insert(1, new NodeProto { OpType = "Add", Name = "more", Input = { "encoder_hidden_states", "looked" }, Output = { "text+" } });
        foreach (var node in model.Graph.Node.Skip(2))
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == "encoder_hidden_states" ? "text+" : node.Input[i];
            }
        }

        File.WriteAllBytes(path, model.ToByteArray());
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var split = DenoiserSplitter.Split(path, _folder.File("split"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 400L << 20);
        Assert.InRange(split.BytesWritten, 1, 2 << 20);
        Assert.Equal(size, new FileInfo(Path.Combine(split.Directory, "pixart.data")).Length);
        Assert.True(split.Description.Prelude!.WeightBytes > size - (2 << 20));
    }

    [Fact]
    public void A_target_that_exists_is_left_alone()
    {
        Directory.CreateDirectory(_folder.File("split"));
        var error = Assert.Throws<IOException>(() => DenoiserSplitter.Split(Denoisers.PathOf("pixart"), _folder.File("split")));
        Assert.Contains("exists already", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.File("split")));
    }

    [Fact]
    public void A_failed_verification_leaves_nothing()
    {
        // Noise in a block: no two runs are alike.
        var model = Denoisers.Read("pixart");
        var last = LastBlock(model);
        foreach (var node in model.Graph.Node.Where(node => node.Input.Contains(last)))
        {
            node.Input[node.Input.IndexOf(last)] = "noisy";
        }

        model.Graph.Node.Add(new NodeProto { OpType = "RandomNormalLike", Name = "/transformer_blocks.3/noise", Input = { last }, Output = { "noise" } });
        model.Graph.Node.Add(new NodeProto { OpType = "Add", Name = "/transformer_blocks.3/add", Input = { last, "noise" }, Output = { "noisy" } });
        var path = _folder.Write("noise.onnx", model.ToByteArray());
        var error = Assert.Throws<ModelSplitException>(() => DenoiserSplitter.Split(path, _folder.File("split")));
        Assert.StartsWith("The stages do not compute what the model computes: 'detail/image' differs by ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["noise.onnx"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_cancelled_split_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(() => DenoiserSplitter.Split(
            Denoisers.PathOf("pixart"), _folder.File("split"), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Control_flow_that_reads_a_boundary_from_inside_is_followed()
    {
        var model = Denoisers.Read("pixart");
        var last = model.Graph.Node.Single(node => node.Output.Contains("sample"));
        last.Output[0] = "sample.plain";
        var inner = new GraphProto { Name = "branch", Output = { new ValueInfoProto { Name = "chosen", Type = FloatType() } } };
        // The branch adds what the last block made, read from outside, to the result.
        inner.Node.Add(new NodeProto { OpType = "ReduceMean", Input = { LastBlock(model) }, Output = { "mean" } });
        inner.Node.Add(new NodeProto { OpType = "Add", Input = { "sample.plain", "mean" }, Output = { "chosen" } });
        var choice = new NodeProto { OpType = "If", Name = "choice", Input = { "always" }, Output = { "sample" } };
        foreach (var name in new[] { "then_branch", "else_branch" })
        {
            choice.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = inner.Clone() });
        }

        model.Graph.Node.Add(choice);
        model.Graph.Initializer.Add(new TensorProto { Name = "always", DataType = (int)OnnxElementType.Boolean, RawData = ByteString.CopyFrom(1) });
        var path = _folder.Write("control.onnx", model.ToByteArray());
        var split = DenoiserSplitter.Split(path, _folder.File("split"));
        using var head = new InferenceSession(Path.Combine(split.Directory, "head.onnx"));
        Assert.Contains("detail/image", head.InputNames);
        Assert.Equal(["output/image"], head.OutputNames);
    }

    [Fact]
    public void Operators_of_other_domains_pass_through_with_their_domain()
    {
        var model = Denoisers.Read("pixart");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        foreach (var gelu in model.Graph.Node.Where(node => node.OpType == "Erf"))
        {
            gelu.OpType = "Gelu";
            gelu.Domain = "com.microsoft";
        }

        var split = DenoiserSplitter.Split(_folder.Write("domain.onnx", model.ToByteArray()), _folder.File("split"));
        using var stage = new InferenceSession(Path.Combine(split.Directory, "structure.onnx"));
        Assert.Equal(["structure/image"], stage.OutputNames);
    }

    [Fact]
    public void Splitting_twice_writes_the_same_bytes()
    {
        var first = DenoiserSplitter.Split(Denoisers.PathOf("sd3"), _folder.File("first"), new SplitOptions { Name = "m" });
        var second = DenoiserSplitter.Split(Denoisers.PathOf("sd3"), _folder.File("second"), new SplitOptions { Name = "m" });
        Assert.All(Directory.GetFiles(first.Directory), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second.Directory, Path.GetFileName(file)))));
    }

    [Fact]
    public void An_unknown_prediction_is_told() =>
        Assert.Equal(
            "The prediction 'score' is not known; expected 'velocity' or 'epsilon'.",
            Assert.Throws<ModelSplitException>(() => DenoiserSplitter.Split(Denoisers.PathOf("pixart"), _folder.File("split"), new SplitOptions { Prediction = "score" })).Message);

    // After the last block, a body that adds nothing 2^62 times.
    private static ModelProto WithEndlessLoop(ModelProto model)
    {
        var last = LastBlock(model);
        foreach (var node in model.Graph.Node.Where(node => node.Input.Contains(last)))
        {
            node.Input[node.Input.IndexOf(last)] = "looped";
        }

        static ValueInfoProto Value(string name, OnnxElementType type) => new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } } };
        static ValueInfoProto Scalar(string name, OnnxElementType type)
        {
            var value = Value(name, type);
            value.Type.TensorType.Shape = new TensorShapeProto();
            return value;
        }

        var body = new GraphProto
        {
            Name = "body",
            Input = { Scalar("i", OnnxElementType.Int64), Scalar("more", OnnxElementType.Boolean), Value("x", OnnxElementType.Float32) },
            Output = { Value("again", OnnxElementType.Boolean), Value("y", OnnxElementType.Float32) },
        };
        body.Node.Add(new NodeProto { OpType = "Identity", Input = { "more" }, Output = { "again" } });
        body.Node.Add(new NodeProto { OpType = "Abs", Input = { "x" }, Output = { "y" } });
        var loop = new NodeProto { OpType = "Loop", Name = "/loop", Input = { "turns", "", last }, Output = { "looped" } };
        loop.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
        model.Graph.Node.Add(loop);
        model.Graph.Initializer.Add(new TensorProto { Name = "turns", DataType = (int)OnnxElementType.Int64, RawData = ByteString.CopyFrom(BitConverter.GetBytes(1L << 62)) });
        return model;
    }

    private static string LastBlock(ModelProto model) =>
        model.Graph.Node.Last(node => node.Name.StartsWith("/transformer_blocks.3/Add", StringComparison.Ordinal)).Output[0];

    private static TypeProto FloatType() => new() { TensorType = new TypeProto.Types.Tensor { ElemType = (int)OnnxElementType.Float32 } };

    private static TensorProto External(string name, long[] dims, long offset, long length)
    {
        var tensor = new TensorProto { Name = name, DataType = 1, DataLocation = TensorProto.Types.DataLocation.External, Dims = { dims } };
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "pixart.data" });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length.ToString(CultureInfo.InvariantCulture) });
        return tensor;
    }

    private string WriteExternal(string name) => ModelVariants.WriteExternal(Denoisers.Read(name), _folder.Path, name);
}
