using System.Text;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Onnx.Files;

public sealed class OnnxModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_read_and_written_back_bit_by_bit()
    {
        var bytes = Example().ToByteArray();
        var model = OnnxModelFile.Load(_folder.Write("model.onnx", bytes));
        Assert.Equal((8, 17), (model.IrVersion, model.Opset));
        Assert.Empty(model.ExternalTensors);

        model.Save(_folder.File("copy.onnx"));
        Assert.Equal(bytes, File.ReadAllBytes(_folder.File("copy.onnx")));
    }

    [Fact]
    public void Unknown_fields_survive_at_every_level()
    {
        var unknown = UnknownField(12345, "kept");
        var model = Example();
        model.MergeFrom(unknown);
        model.Graph.MergeFrom(unknown);
        model.Graph.Node[0].MergeFrom(unknown);
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 1 }, RawData = ByteString.CopyFrom(0, 0, 0, 0) });
        model.Graph.Initializer[0].MergeFrom(unknown);
        // GraphProto.quantization_annotation and TensorProto.segment are in the format, but not in the schema.
        model.Graph.MergeFrom(UnknownField(14, "annotation"));
        var bytes = model.ToByteArray();

        OnnxModelFile.Load(_folder.Write("model.onnx", bytes)).Save(_folder.File("copy.onnx"));
        var copy = File.ReadAllBytes(_folder.File("copy.onnx"));
        Assert.Equal(bytes, copy);
        Assert.Equal(4, Encoding.Latin1.GetString(copy).Split("kept").Length - 1);
    }

    [Fact]
    public void Saving_replaces_a_file_and_leaves_nothing_beside_it()
    {
        var path = _folder.Write("model.onnx", Example().ToByteArray());
        var model = OnnxModelFile.Load(path);
        model.Save(path);
        model.Save(path);
        Assert.Equal(["model.onnx"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_failed_save_leaves_nothing_beside_it()
    {
        var model = OnnxModelFile.Load(_folder.Write("model.onnx", Example().ToByteArray()));
        Directory.CreateDirectory(_folder.File("taken"));
        Assert.ThrowsAny<Exception>(() => model.Save(_folder.File("taken")));
        Assert.Equal(["model.onnx"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var path = _folder.File("none.onnx");
        Assert.Equal($"There is no file '{path}'; expected the path of an ONNX model.", Assert.Throws<FileNotFoundException>(() => OnnxModelFile.Load(path)).Message);
    }

    [Fact]
    public void An_empty_file_is_told_apart() => AssertRefused([], "'{0}' is empty; expected an ONNX model.");

    [Theory]
    [InlineData("hello world, this is not a model")]
    [InlineData("{ \"format\": \"json\" }")]
    [InlineData("\u0089PNG\r\n\u001a\n rest of a picture")]
    [InlineData("PK\u0003\u0004 an archive")]
    public void A_file_of_another_kind_is_told_apart(string content) =>
        AssertRefused(Encoding.Latin1.GetBytes(content), "'{0}' is not an ONNX model: its content does not follow the format.");

    [Fact]
    public void A_message_without_a_graph_is_no_model() =>
        AssertRefused(new ModelProto { IrVersion = 8, ProducerName = "x" }.ToByteArray(), "'{0}' is not an ONNX model: its content does not follow the format.");

    [Fact]
    public void A_file_that_was_cut_off_says_how_much_is_missing()
    {
        var bytes = Example().ToByteArray();
        AssertRefused(bytes[..^40], $"'{{0}}' ({bytes.Length - 40} bytes) was cut off: the graph at byte ");
    }

    [Property]
    public void Every_prefix_of_a_model_is_refused_or_is_a_model(byte seed)
    {
        var bytes = Example().ToByteArray();
        var path = _folder.Write("model.onnx", bytes[..(seed % bytes.Length)]);
        Assert.Throws<OnnxFormatException>(() => OnnxModelFile.Load(path));
    }

    [Property(MaxTest = 300)]
    public void A_damaged_byte_never_ends_in_another_exception(ushort position, byte value)
    {
        var bytes = Example().ToByteArray();
        bytes[position % bytes.Length] = value;
        var path = _folder.Write("model.onnx", bytes);
        try
        {
            OnnxModelFile.Load(path);
        }
        catch (OnnxFormatException)
        {
        }
    }

    [Fact]
    public void Old_operator_sets_are_refused()
    {
        var model = Example();
        model.OpsetImport[0].Version = 10;
        AssertRefused(model.ToByteArray(), "'{0}' uses version 10 of the operator set; expected 11 or later: export the model again.");
    }

    [Fact]
    public void A_model_without_an_operator_set_is_refused()
    {
        var model = Example();
        model.OpsetImport[0].Domain = "com.example";
        AssertRefused(model.ToByteArray(), "'{0}' does not state the version of its operator set.");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(14)]
    public void Unknown_versions_of_the_format_are_refused(long version)
    {
        var model = Example();
        model.IrVersion = version;
        AssertRefused(model.ToByteArray(), $"'{{0}}' is of version {version} of the ONNX format; 3 to 13 are read.");
    }

    private static ModelProto Example()
    {
        var graph = new OnnxGraphBuilder("example");
        var x = graph.Input("x", OnnxElementType.Float32, "n", 4);
        graph.Output("y", graph.Sqrt(graph.Abs(x)), OnnxElementType.Float32, "n", 4);
        return graph.ToModel();
    }

    private static byte[] UnknownField(int number, string text)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteString(text);
        }

        return stream.ToArray();
    }

    private void AssertRefused(byte[] content, string message)
    {
        var path = _folder.Write("model.onnx", content);
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModelFile.Load(path));
        Assert.StartsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, path), error.Message, StringComparison.Ordinal);
    }
}
