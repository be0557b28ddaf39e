using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <content>What each operator makes of shapes and types.</content>
internal sealed partial class ShapeProbe
{
    private const OnnxElementType Int64 = OnnxElementType.Int64, Boolean = OnnxElementType.Boolean;

    private static ProbeTensor[] Infer(NodeContext n) => n.Node.OpType switch
    {
        "Identity" or "Relu" or "Sigmoid" or "Tanh" or "Erf" or "Gelu" or "Softplus" or "Softmax" or "LogSoftmax" or "Elu" or "LeakyRelu" or "HardSigmoid"
            or "HardSwish" or "Mish" or "Selu" or "Sin" or "Cos" or "Exp" or "Log" or "Sqrt" or "Reciprocal" or "Abs" or "Neg" or "Floor" or "Ceil" or "Round"
            or "Sign" or "Clip" or "Dropout" or "Trilu" or "CumSum" or "ScatterND" or "ScatterElements" or "InstanceNormalization" or "GroupNormalization"
            or "LayerNormalization" or "RMSNormalization" or "SimplifiedLayerNormalization" or "BatchNormalization" or "LpNormalization" or "Swish"
            or "RotaryEmbedding" => [Unary(n)],
        "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Min" or "Max" or "Mod" or "Sum" or "PRelu" => [Elementwise(n, n[0].Type)],
        "Equal" or "Greater" or "Less" or "GreaterOrEqual" or "LessOrEqual" or "And" or "Or" or "Xor" => [Elementwise(n, Boolean)],
        "Not" or "IsNaN" or "IsInf" => [n[0] with { Type = Boolean, Data = null }],
        "Where" => [new ProbeTensor(n[1].Type, Broadcast(n, Broadcast(n, n.Shape(0), n.Shape(1)), n.Shape(2)), WhereData(n))],
        "Cast" => [n[0] with { Type = (OnnxElementType)n.Attribute("to", 0), Data = CastData(n) }],
        "CastLike" => [n[0] with { Type = n[1].Type }],
        "Constant" => [ConstantOf(n.Node)],
        "ConstantOfShape" => [ConstantOfShape(n)],
        "Shape" => [ShapeOf(n)],
        "Size" => [ProbeTensor.Scalar(Int64, n[0].Count)],
        "MatMul" => [new ProbeTensor(n[0].Type, MatMul(n, n.Shape(0), n.Shape(1)))],
        "Gemm" => [new ProbeTensor(n[0].Type, [n.Shape(0)[n.Attribute("transA", 0) == 0 ? 0 : 1], n.Shape(1)[n.Attribute("transB", 0) == 0 ? 1 : 0]])],
        "Conv" => [new ProbeTensor(n[0].Type, Pooled(n, n.Shape(1)[0], n.Shape(1)[2..]))],
        "AveragePool" or "MaxPool" => [new ProbeTensor(n[0].Type, Pooled(n, n.Shape(0)[1], n.AttributeList("kernel_shape") ?? []))],
        "GlobalAveragePool" => [new ProbeTensor(n[0].Type, [.. n.Shape(0).Select((size, i) => i < 2 ? size : 1)])],
        "Resize" => [new ProbeTensor(n[0].Type, Resized(n))],
        "Reshape" => [new ProbeTensor(n[0].Type, Reshaped(n), n[0].Data)],
        "Flatten" => [Flatten(n)],
        "Transpose" => [new ProbeTensor(n[0].Type, Permuted(n))],
        "Unsqueeze" => [new ProbeTensor(n[0].Type, Unsqueezed(n), n[0].Data)],
        "Squeeze" => [new ProbeTensor(n[0].Type, Squeezed(n), n[0].Data)],
        "Expand" => [new ProbeTensor(n[0].Type, Broadcast(n, n.Shape(0), Array.ConvertAll(n.Data(1), size => (long)size)))],
        "Tile" => [new ProbeTensor(n[0].Type, [.. n.Shape(0).Zip(n.Data(1), (size, times) => size * (long)times)])],
        "Concat" => [Concatenated(n)],
        "Split" => SplitParts(n),
        "Slice" => [Sliced(n)],
        "Gather" => [Gathered(n)],
        "GatherElements" => [new ProbeTensor(n[0].Type, n.Shape(1))],
        "GatherND" => [new ProbeTensor(n[0].Type, [.. n.Shape(1)[..^1], .. n.Shape(0)[(int)n.Shape(1)[^1]..]])],
        "Pad" => [new ProbeTensor(n[0].Type, Padded(n))],
        "Range" => [RangeOf(n)],
        "ArgMax" or "ArgMin" => [new ProbeTensor(Int64, Reduced(n.Shape(0), [n.Attribute("axis", 0)], n.Attribute("keepdims", 1) != 0))],
        "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL2" or "ReduceL1" or "ReduceSumSquare" =>
            [new ProbeTensor(n[0].Type, Reduced(n.Shape(0), n.ListOf("axes", 1), n.Attribute("keepdims", 1) != 0), ReducedData(n))],
        "Einsum" => [new ProbeTensor(n[0].Type, Einsum(n))],
        "DequantizeLinear" => [n[0] with { Type = n[1].Type, Data = null }],
        "QuantizeLinear" => [n[0] with { Type = n.Has(2) ? n[2].Type : OnnxElementType.UInt8, Data = null }],
        "DepthToSpace" => [new ProbeTensor(n[0].Type, Blocked(n.Shape(0), n.Attribute("blocksize", 1), toSpace: true))],
        "SpaceToDepth" => [new ProbeTensor(n[0].Type, Blocked(n.Shape(0), n.Attribute("blocksize", 1), toSpace: false))],
        "DynamicQuantizeLinear" => [n[0] with { Type = OnnxElementType.UInt8, Data = null }, new ProbeTensor(OnnxElementType.Float32, []), new ProbeTensor(OnnxElementType.UInt8, [])],
        "MatMulInteger" => [new ProbeTensor(OnnxElementType.Int32, MatMul(n, n.Shape(0), n.Shape(1)))],
        "ConvInteger" => [new ProbeTensor(OnnxElementType.Int32, Pooled(n, n.Shape(1)[0], n.Shape(1)[2..]))],
        "QLinearMatMul" => [new ProbeTensor(n[7].Type, MatMul(n, n.Shape(0), n.Shape(3)))],
        "Attention" => [new ProbeTensor(n[0].Type, n.Shape(0).Length == 4 ? [.. n.Shape(0)[..3], n.Shape(2)[3]] : n.Shape(0))],
        "RandomNormalLike" => [n[0] with { Data = null }],
        _ => [],
    };

    // Operators that runtimes add to exported graphs, as far as no oracle can be asked: some of them run on a GPU only.
    private static ProbeTensor[] InferContributed(NodeContext n) => n.Node.OpType switch
    {
        "FastGelu" or "Gelu" or "QuickGelu" or "BiasGelu" or "SimplifiedLayerNormalization" or "GroupNorm" or "RotaryEmbedding" or "BiasAdd" or "BiasSoftmax"
            => [n[0] with { Data = null }],
        "MultiHeadAttention" when n.Has(1) && n.Shape(0).Length == 3 => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..2], n.Shape(2)[^1]])],
        "MultiHeadAttention" when n.Shape(0).Length == 5 => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..2], n.Shape(0)[2] * n.Shape(0)[4]])],
        "Attention" => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..^1], n.Shape(1)[^1] / 3])],
        "BiasSplitGelu" => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..^1], n.Shape(0)[^1] / 2])],
        "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization" or "SkipGroupNorm" => Skipped(n),
        "NhwcConv" => [new ProbeTensor(n[0].Type, ChannelsLast(Pooled(n with { Inputs = [n[0] with { Shape = ChannelsSecond(n.Shape(0)) }, .. n.Inputs[1..]] }, n.Shape(1)[0], n.Shape(1)[1..^1])))],
        "FusedConv" => [new ProbeTensor(n[0].Type, Pooled(n, n.Shape(1)[0], n.Shape(1)[2..]))],
        "FusedMatMul" => [new ProbeTensor(n[0].Type, MatMul(n, Turned(n, 0, "transA"), Turned(n, 1, "transB")))],
        "MatMulNBits" or "MatMulBnb4" => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..^1], n.Attribute("N", 0)])],
        "MatMulIntegerToFloat" => [new ProbeTensor(n[2].Type, MatMul(n, n.Shape(0), n.Shape(1)))],
        "DynamicQuantizeMatMul" => [new ProbeTensor(n[0].Type, MatMul(n, n.Shape(0), n.Shape(1)))],
        _ => [],
    };

    // The normalised sum; mean and deviation of training are not made; the sum itself, which goes on.
    private static ProbeTensor[] Skipped(NodeContext n)
    {
        var sum = n[0] with { Data = null };
        return n.Node.OpType == "SkipGroupNorm" ? [sum, sum] : [sum, ProbeTensor.Unknown, ProbeTensor.Unknown, sum];
    }

    private static long[] Turned(NodeContext n, int input, string attribute)
    {
        var shape = n.Shape(input);
        return n.Attribute(attribute, 0) == 0 ? shape : [.. shape[..^2], shape[^1], shape[^2]];
    }

    // Channels last to channels second, and back.
    private static long[] ChannelsSecond(long[] shape) => [shape[0], shape[^1], .. shape[1..^1]];

    private static long[] ChannelsLast(long[] shape) => [shape[0], .. shape[2..], shape[1]];

    private static ProbeTensor Unary(NodeContext n)
    {
        Func<double, double>? compute = n.Node.OpType switch
        {
            "Identity" => static x => x,
            "Floor" => Math.Floor,
            "Ceil" => Math.Ceiling,
            "Round" => static x => Math.Round(x, MidpointRounding.ToEven),
            "Sqrt" => Math.Sqrt,
            "Neg" => static x => -x,
            "Abs" => Math.Abs,
            _ => null,
        };
        return n[0] with { Data = compute is null || n[0].Data is null ? null : Array.ConvertAll(n[0].Data!, x => compute(x)) };
    }

    private static ProbeTensor Elementwise(NodeContext n, OnnxElementType type)
    {
        var shape = n.Shape(0);
        for (var i = 1; i < n.Inputs.Length; i++)
        {
            shape = Broadcast(n, shape, n.Shape(i));
        }

        return new ProbeTensor(type, shape, n.Inputs.Length == 2 ? BinaryData(n) : null);
    }

    private static double[]? BinaryData(NodeContext n)
    {
        if (n[0].Data is not { } a || n[1].Data is not { } b || (a.Length != b.Length && a.Length != 1 && b.Length != 1))
        {
            return null;
        }

        var integer = n[0].Type is Int64 or OnnxElementType.Int32;
        Func<double, double, double>? compute = n.Node.OpType switch
        {
            "Add" => static (x, y) => x + y,
            "Sub" => static (x, y) => x - y,
            "Mul" => static (x, y) => x * y,
            "Div" => integer ? static (x, y) => Math.Truncate(x / y) : static (x, y) => x / y,
            "Mod" => static (x, y) => x - (y * Math.Floor(x / y)),
            "Pow" => Math.Pow,
            "Min" => Math.Min,
            "Max" => Math.Max,
            "Equal" => static (x, y) => x == y ? 1 : 0,
            "Greater" => static (x, y) => x > y ? 1 : 0,
            "Less" => static (x, y) => x < y ? 1 : 0,
            "GreaterOrEqual" => static (x, y) => x >= y ? 1 : 0,
            "LessOrEqual" => static (x, y) => x <= y ? 1 : 0,
            _ => null,
        };
        return compute is null ? null : [.. Enumerable.Range(0, Math.Max(a.Length, b.Length)).Select(i => compute(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]))];
    }

    private static double[]? WhereData(NodeContext n)
    {
        if (n[0].Data is not { } condition || n[1].Data is not { } x || n[2].Data is not { } y)
        {
            return null;
        }

        var count = Math.Max(condition.Length, Math.Max(x.Length, y.Length));
        double At(double[] data, int i) => data[data.Length == 1 ? 0 : i];
        return new[] { condition, x, y }.All(data => data.Length == count || data.Length == 1)
            ? [.. Enumerable.Range(0, count).Select(i => At(condition, i) != 0 ? At(x, i) : At(y, i))]
            : null;
    }

    private static double[]? CastData(NodeContext n) => (OnnxElementType)n.Attribute("to", 0) is Int64 or OnnxElementType.Int32 && n[0].Data is { } data
        ? Array.ConvertAll(data, Math.Truncate)
        : n[0].Data;

    private static ProbeTensor ConstantOf(NodeProto node)
    {
        var value = node.Attribute.Single();
        return value.Name switch
        {
            "value" when value.T is not null => ProbeTensor.From(value.T),
            "value_int" => ProbeTensor.Scalar(Int64, value.I),
            "value_float" => ProbeTensor.Scalar(OnnxElementType.Float32, value.F),
            "value_ints" => ProbeTensor.List(Int64, [.. value.Ints.Select(x => (double)x)]),
            "value_floats" => ProbeTensor.List(OnnxElementType.Float32, [.. value.Floats.Select(x => (double)x)]),
            _ => ProbeTensor.Unknown,
        };
    }

    private static ProbeTensor ConstantOfShape(NodeContext n)
    {
        var shape = n[0].Integers() ?? throw new InvalidOperationException();
        var value = n.Node.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } tensor ? ProbeTensor.From(tensor) : ProbeTensor.Scalar(OnnxElementType.Float32, 0);
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return new ProbeTensor(value.Type, shape, value.Data is { } data && count <= ProbeTensor.MaximumData ? [.. Enumerable.Repeat(data[0], (int)count)] : null);
    }

    private static ProbeTensor ShapeOf(NodeContext n)
    {
        var shape = n.Shape(0);
        var start = NodeContext.Axis(n.Attribute("start", 0), shape.Length);
        var end = NodeContext.Axis(n.Attribute("end", shape.Length), shape.Length);
        return ProbeTensor.List(Int64, Array.ConvertAll(shape[start..end], size => (double)size));
    }

    private static ProbeTensor RangeOf(NodeContext n)
    {
        var (start, limit, delta) = (n.Data(0)[0], n.Data(1)[0], n.Data(2)[0]);
        var count = (int)Math.Max(0, Math.Ceiling((limit - start) / delta));
        return new ProbeTensor(n[0].Type, [count], count <= ProbeTensor.MaximumData ? [.. Enumerable.Range(0, count).Select(i => start + (i * delta))] : null);
    }

    private static double[]? ReducedData(NodeContext n) => n.Node.OpType == "ReduceProd" && n[0].Data is { } data && n[0].Shape!.Length == 1
        ? [data.Aggregate(1.0, (product, x) => product * x)]
        : null;

    private static long[] Broadcast(NodeContext n, long[] a, long[] b)
    {
        var rank = Math.Max(a.Length, b.Length);
        var result = new long[rank];
        for (var i = 1; i <= rank; i++)
        {
            var (x, y) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            result[^i] = x == 1 ? y : y == 1 ? x : Same(n, x, y);
        }

        return result;
    }

    // Sizes that contradict each other (inputs that belong together, but name their axes apart) take the larger, and are noted.
    private static long Same(NodeContext n, long x, long y)
    {
        n.Pairs.Add(new AxisPair(n.Node, x, y));
        return Math.Max(x, y);
    }

    private static long[] MatMul(NodeContext n, long[] a, long[] b)
    {
        Same(n, a[^1], b.Length == 1 ? b[0] : b[^2]);
        return (a.Length, b.Length) switch
        {
            (1, 1) => [],
            (1, _) => [.. b[..^2], b[^1]],
            (_, 1) => a[..^1],
            _ => [.. Broadcast(n, a[..^2], b[..^2]), a[^2], b[^1]],
        };
    }
}
