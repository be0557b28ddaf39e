using System.Diagnostics;
using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Onnx.Files;

public sealed class ExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void External_tensors_are_listed_with_their_place()
    {
        _folder.Write("weights/all.bin", new byte[100]);
        var model = OnnxModelFile.Load(Write(Tensor("w", [5, 4], ("location", "weights/all.bin"), ("offset", "20"), ("length", "80"))));
        Assert.Equal([new OnnxExternalTensor("w", "weights/all.bin", _folder.File("weights/all.bin"), 20, 80)], model.ExternalTensors);
    }

    [Fact]
    public void Offset_and_length_may_be_left_out()
    {
        _folder.Write("w.bin", new byte[80]);
        var tensor = Assert.Single(OnnxModelFile.Load(Write(Tensor("w", [5, 4], ("location", "w.bin")))).ExternalTensors);
        Assert.Equal((0L, 80L), (tensor.Offset, tensor.Length));
    }

    [Fact]
    public void Tensors_in_attributes_and_subgraphs_are_found()
    {
        _folder.Write("w.bin", new byte[16]);
        var model = Model(Tensor("top", [1], ("location", "w.bin")));
        var branch = new GraphProto { Name = "branch", Initializer = { Tensor("inner", [1], ("location", "w.bin")) } };
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "If",
            Attribute = { new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = branch } },
        });
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "Constant",
            Attribute = { new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Tensor("value", [2], ("location", "w.bin")) } },
        });
        Assert.Equal(["top", "inner", "value"], OnnxModelFile.Load(Write(model)).ExternalTensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void A_file_that_is_missing_is_named() =>
        AssertRefused("the external data of 'w' should be in 'none.bin', but there is no such file beside the model.", ("location", "none.bin"));

    [Fact]
    public void A_link_counts_as_what_it_points_to()
    {
        _folder.Write("blob", new byte[80]);
        File.CreateSymbolicLink(_folder.File("w.bin"), _folder.File("blob"));
        Assert.Single(OnnxModelFile.Load(Write(Tensor("w", [5, 4], ("location", "w.bin")))).ExternalTensors);
        File.Delete(_folder.File("blob"));
        AssertRefused("the external data of 'w' should be in 'w.bin', but there is no such file beside the model.", ("location", "w.bin"));
    }

    [Fact]
    public void A_file_that_is_too_short_is_told_with_figures()
    {
        _folder.Write("w.bin", new byte[99]);
        AssertRefused("the external data of 'w' is 80 bytes from byte 20 of 'w.bin', but that file has 99 bytes.", ("location", "w.bin"), ("offset", "20"));
    }

    [Fact]
    public void An_offset_near_the_largest_number_does_not_overflow()
    {
        _folder.Write("w.bin", new byte[99]);
        AssertRefused("but that file has 99 bytes.", ("location", "w.bin"), ("offset", long.MaxValue.ToString(CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("a/../../outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData(".")]
    public void A_path_that_leaves_the_folder_is_refused(string location) =>
        AssertRefused($"the external data of 'w' is stated to be in '{location}', outside the model's folder; expected a path inside it.", ("location", location));

    [Fact]
    public void A_folder_whose_name_begins_alike_is_outside()
    {
        var sibling = _folder.Path + "-sibling";
        Directory.CreateDirectory(sibling);
        try
        {
            File.WriteAllBytes(Path.Combine(sibling, "w.bin"), new byte[80]);
            AssertRefused("outside the model's folder", ("location", $"../{Path.GetFileName(sibling)}/w.bin"));
        }
        finally
        {
            Directory.Delete(sibling, recursive: true);
        }
    }

    [Fact]
    public void A_missing_location_is_told() => AssertRefused("The tensor 'w' is stored outside the model, but no location is stated.", ("offset", "0"));

    [Fact]
    public void A_length_that_contradicts_the_shape_is_told() =>
        AssertRefused("The tensor 'w' (Float32 [5, 4]) needs 80 bytes of external data, but states 79.", ("location", "w.bin"), ("length", "79"));

    [Fact]
    public void A_negative_offset_is_told() =>
        AssertRefused("The tensor 'w' states the offset '-1' for its external data; expected a whole number of at least 0.", ("location", "w.bin"), ("offset", "-1"));

    [Fact]
    public void Dimensions_that_cannot_be_counted_are_told()
    {
        AssertRefused("The tensor 'w' has the negative dimension -3.", Tensor("w", [2, -3], ("location", "w.bin")));
        AssertRefused("is too large to count.", Tensor("w", [long.MaxValue, 2], ("location", "w.bin")));
        AssertRefused("is too large to count.", Tensor("w", [long.MaxValue], ("location", "w.bin")));
    }

    [Fact]
    public void Half_bytes_round_up()
    {
        _folder.Write("w.bin", new byte[2]);
        var tensor = Tensor("w", [3], ("location", "w.bin"), ("length", "2"));
        tensor.DataType = (int)OnnxElementType.Int4;
        Assert.Equal(2, OnnxModelFile.Load(Write(tensor)).ExternalTensors[0].Length);
    }

    [Fact]
    public void Gigabytes_of_external_data_are_not_read()
    {
        // A file with a hole: 24 GB long, nothing on the disk.
        const int count = 240;
        const long each = 100L << 20;
        using (var stream = new FileStream(_folder.File("weights.bin"), FileMode.CreateNew))
        {
            stream.SetLength(count * each);
        }

        var tensors = Enumerable.Range(0, count).Select(i => Tensor(
            $"w{i}", [each / 4], ("location", "weights.bin"), ("offset", (i * each).ToString(CultureInfo.InvariantCulture)))).ToArray();
        var path = Write(tensors);

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var model = OnnxModelFile.Load(path);
        Assert.Equal(count * each, model.ExternalTensors.Sum(tensor => tensor.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 50L << 20);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static TensorProto Tensor(string name, long[] shape, params (string Key, string Value)[] entries)
    {
        var tensor = new TensorProto { Name = name, DataType = 1, DataLocation = TensorProto.Types.DataLocation.External, Dims = { shape } };
        tensor.ExternalData.AddRange(entries.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return tensor;
    }

    private static ModelProto Model(params TensorProto[] tensors)
    {
        var graph = new OnnxGraphBuilder("external");
        graph.Output("y", graph.Abs(graph.Input("x", OnnxElementType.Float32, 1)), OnnxElementType.Float32, 1);
        var model = graph.ToModel();
        model.Graph.Initializer.AddRange(tensors);
        return model;
    }

    private string Write(params TensorProto[] tensors) => Write(Model(tensors));

    private string Write(ModelProto model) => _folder.Write("model.onnx", model.ToByteArray());

    private void AssertRefused(string message, params (string Key, string Value)[] entries) => AssertRefused(message, Tensor("w", [5, 4], entries));

    private void AssertRefused(string message, TensorProto tensor)
    {
        var path = Write(tensor);
        Assert.Contains(message, Assert.Throws<OnnxFormatException>(() => OnnxModelFile.Load(path)).Message, StringComparison.Ordinal);
    }
}
