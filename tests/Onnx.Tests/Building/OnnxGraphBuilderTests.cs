namespace CachePolicies.Onnx.Building;

public sealed class OnnxGraphBuilderTests
{
    private const float NaN = float.NaN;

    private static readonly float[] A = [-4, 1, NaN, 9, 0, -2];
    private static readonly float[] B = [2, -3, 5, 4, 1, -2];

    public static TheoryData<string, float[]> Elementwise => new()
    {
        { "Add", [-2, -2, NaN, 13, 1, -4] },
        { "Sub", [-6, 4, NaN, 5, -1, 0] },
        { "Mul", [-8, -3, NaN, 36, 0, 4] },
        { "Div", [-2, -1 / 3f, NaN, 2.25f, 0, 1] },
        { "Max", [2, 1, NaN, 9, 1, -2] },
        { "Min", [-4, -3, NaN, 4, 0, -2] },
        { "Greater", [0, 1, 0, 1, 0, 0] },
        { "Less", [1, 0, 0, 0, 1, 0] },
        { "Equal", [0, 0, 0, 0, 0, 1] },
    };

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Elementwise_operators_compute_their_formula(string operation, float[] expected)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Func<OnnxGraphBuilder, OnnxValue, OnnxValue, OnnxValue> apply = operation switch
        {
            "Add" => OnnxOperators.Add,
            "Sub" => OnnxOperators.Sub,
            "Mul" => OnnxOperators.Mul,
            "Div" => OnnxOperators.Div,
            "Max" => OnnxOperators.Max,
            "Min" => OnnxOperators.Min,
            "Greater" => OnnxOperators.Greater,
            "Less" => OnnxOperators.Less,
            _ => OnnxOperators.Equal,
        };
        var type = operation is "Greater" or "Less" or "Equal" ? OnnxElementType.Boolean : OnnxElementType.Float32;
        Assert.Equal(expected, RunBinary(apply, type));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(21)]
    [InlineData(23)]
    public void Reductions_are_written_as_the_operator_set_wants_them(int opset)
    {
        var graph = new OnnxGraphBuilder("reductions", opset);
        var x = graph.Input("x", OnnxElementType.Float32, "rows", 3);
        graph.Output("mean", graph.ReduceMean(x, [-1]), OnnxElementType.Float32, "rows");
        graph.Output("sum", graph.ReduceSum(x, [0], keepDimensions: true), OnnxElementType.Float32, 1, 3);
        graph.Output("largest", graph.ReduceMax(x, []), OnnxElementType.Float32);
        Assert.Equal([2, 5, 5, 7, 9, 6], OnnxRun.Floats(graph.ToBytes(), ("x", [1, 2, 3, 4, 5, 6], [2, 3])));
    }

    [Fact]
    public void Pooling_drops_the_ragged_edge()
    {
        var graph = new OnnxGraphBuilder("pool");
        var x = graph.Input("x", OnnxElementType.Float32, 1, 1, 3, 5);
        graph.Output("y", graph.AveragePool(x, [2, 2], [2, 2]), OnnxElementType.Float32, 1, 1, 1, 2);
        float[] data = [1, 2, 3, 4, 9, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9];
        Assert.Equal([3.5f, 5.5f], OnnxRun.Floats(graph.ToBytes(), ("x", data, [1, 1, 3, 5])));
    }

    [Fact]
    public void Shape_operators_move_what_they_should()
    {
        var graph = new OnnxGraphBuilder("shapes");
        var x = graph.Input("x", OnnxElementType.Float32, 2, 3);
        var parts = graph.Split(x, 1, 1, 2);
        var turned = graph.Transpose(x, 1, 0);
        graph.Output("joined", graph.Concat(1, parts[1], parts[0]), OnnxElementType.Float32, 2, 3);
        graph.Output("cut", graph.Slice(turned, 0, 1, 3), OnnxElementType.Float32, 2, 2);
        graph.Output("flat", graph.Squeeze(graph.Unsqueeze(graph.Reshape(x, -1), 0), 0), OnnxElementType.Float32, 6);
        graph.Output("picked", graph.Gather(x, graph.Integers(1), 0), OnnxElementType.Float32, 1, 3);
        graph.Output("shape", graph.Shape(turned), OnnxElementType.Int64, 2);
        Assert.Equal(
            [2, 3, 1, 5, 6, 4, 2, 5, 3, 6, 1, 2, 3, 4, 5, 6, 4, 5, 6, 3, 2],
            OnnxRun.Floats(graph.ToBytes(), ("x", [1, 2, 3, 4, 5, 6], [2, 3])));
    }

    [Fact]
    public void Not_a_number_is_told_apart_and_replaced()
    {
        var graph = new OnnxGraphBuilder("nan");
        var x = graph.Input("x", OnnxElementType.Float32, 3);
        var finite = graph.Where(graph.Or(graph.IsNaN(x), graph.IsInf(x)), graph.Scalar(1), x);
        graph.Output("y", graph.Clip(finite, graph.Scalar(-0.5), default), OnnxElementType.Float32, 3);
        Assert.Equal([1, -0.5f, 1], OnnxRun.Floats(graph.ToBytes(), ("x", [NaN, -7, float.PositiveInfinity], [3])));
    }

    [Fact]
    public void Element_types_are_converted()
    {
        var graph = new OnnxGraphBuilder("types");
        var half = graph.Cast(graph.Input("x", OnnxElementType.Float32, 2), OnnxElementType.Float16);
        graph.Output("y", graph.Sqrt(graph.Abs(graph.Mul(half, graph.Scalar(-4, OnnxElementType.Float16)))), OnnxElementType.Float16, 2);
        Assert.Equal([2, 4], OnnxRun.Floats(graph.ToBytes(), ("x", [1, 4], [2])));
    }

    [Fact]
    public void An_input_and_a_value_with_two_names_can_be_outputs()
    {
        var graph = new OnnxGraphBuilder("names");
        var x = graph.Input("x", OnnxElementType.Float32, 1);
        var y = graph.Neg(x);
        graph.Output("first", y, OnnxElementType.Float32, 1);
        graph.Output("second", y, OnnxElementType.Float32, 1);
        graph.Output("third", x, OnnxElementType.Float32, 1);
        graph.Output("fourth", graph.Constant([7f], 1), OnnxElementType.Float32, 1);
        Assert.Equal([-5, -5, 5, 7], OnnxRun.Floats(graph.ToBytes(), ("x", [5], [1])));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var graph = new OnnxGraphBuilder("names");
        graph.Input("x", OnnxElementType.Float32);
        var error = Assert.Throws<ArgumentException>(() => graph.Input("x", OnnxElementType.Float32));
        Assert.StartsWith("The graph 'names' has a value 'x' already.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_another_graph_is_refused()
    {
        var x = new OnnxGraphBuilder("one").Input("x", OnnxElementType.Float32);
        var error = Assert.Throws<ArgumentException>(() => new OnnxGraphBuilder("other").Neg(x));
        Assert.StartsWith("'x' is not a value of the graph 'other'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_holds_as_many_values_as_its_shape_says()
    {
        var error = Assert.Throws<ArgumentException>(() => new OnnxGraphBuilder("constants").Constant([1f, 2f, 3f], 2, 2));
        Assert.StartsWith("A constant of shape [2, 2] holds 4 values, not 3.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_numbers_are_read_from_the_file_beside_the_model()
    {
        using var folder = new TemporaryFolder();
        var graph = new OnnxGraphBuilder("external");
        var x = graph.Input("x", OnnxElementType.Float32, 2);
        graph.Output("y", graph.Add(x, graph.External(OnnxElementType.Float32, "model.data", 4, 2)), OnnxElementType.Float32, 2);
        folder.Write("model.data", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(new float[] { 9, 10, 20 }).ToArray());
        var model = folder.Write("model.onnx", graph.ToBytes());

        Assert.Equal([11, 22], OnnxRun.Floats(model, ("x", [1, 2], [2])));
        var tensor = Assert.Single(OnnxModelFile.Load(model).ExternalTensors);
        Assert.Equal(("model.data", 4, 8), (tensor.Location, tensor.Offset, tensor.Length));
    }

    [Theory]
    [InlineData("sub/model.data")]
    [InlineData("../model.data")]
    public void External_numbers_lie_beside_the_model(string file) => Assert.Contains(
        "not the name of a file beside the model", Assert.Throws<ArgumentException>(() => new OnnxGraphBuilder("x").External(OnnxElementType.Float32, file, 0, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_graph_without_an_output_is_refused() =>
        Assert.Equal("The graph 'empty' has no output.", Assert.Throws<InvalidOperationException>(() => new OnnxGraphBuilder("empty").ToBytes()).Message);

    [Property]
    public bool The_builder_computes_what_the_example_says(FsCheck.NonEmptyArray<FsCheck.NormalFloat> data)
    {
        var a = data.Get.Select(x => (float)Math.Clamp(x.Get, -1e6, 1e6)).ToArray();
        var b = a.Reverse().ToArray();
        var graph = new OnnxGraphBuilder("distance");
        var x = graph.Input("a", OnnxElementType.Float32, "n");
        var y = graph.Input("b", OnnxElementType.Float32, "n");
        graph.Output("d", graph.ReduceMean(graph.Abs(graph.Sub(x, y)), []), OnnxElementType.Float32);
        var actual = OnnxRun.Floats(graph.ToBytes(), ("a", a, [a.Length]), ("b", b, [b.Length]))[0];
        var expected = a.Zip(b, (p, q) => Math.Abs((double)p - q)).Average();
        return Math.Abs(actual - expected) <= 1e-5 * Math.Max(1, expected);
    }

    private static float[] RunBinary(Func<OnnxGraphBuilder, OnnxValue, OnnxValue, OnnxValue> apply, OnnxElementType type)
    {
        var graph = new OnnxGraphBuilder("binary");
        var a = graph.Input("a", OnnxElementType.Float32, 2, 3);
        var b = graph.Input("b", OnnxElementType.Float32, 2, 3);
        graph.Output("y", apply(graph, a, b), type, 2, 3);
        return OnnxRun.Floats(graph.ToBytes(), ("a", A, [2, 3]), ("b", B, [2, 3]));
    }
}
