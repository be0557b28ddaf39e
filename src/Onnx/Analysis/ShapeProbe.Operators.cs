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
        "Where" => [new ProbeTensor(n[1].Type, Broadcast(Broadcast(n.Shape(0), n.Shape(1)), n.Shape(2)), WhereData(n))],
        "Cast" => [n[0] with { Type = (OnnxElementType)n.Attribute("to", 0), Data = CastData(n) }],
        "CastLike" => [n[0] with { Type = n[1].Type }],
        "Constant" => [ConstantOf(n.Node)],
        "ConstantOfShape" => [ConstantOfShape(n)],
        "Shape" => [ShapeOf(n)],
        "Size" => [ProbeTensor.Scalar(Int64, n[0].Count)],
        "MatMul" => [new ProbeTensor(n[0].Type, MatMul(n.Shape(0), n.Shape(1)))],
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
        "Expand" => [new ProbeTensor(n[0].Type, Broadcast(n.Shape(0), Array.ConvertAll(n.Data(1), size => (long)size)))],
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
        "Attention" => [new ProbeTensor(n[0].Type, n.Shape(0).Length == 4 ? [.. n.Shape(0)[..3], n.Shape(2)[3]] : n.Shape(0))],
        "RandomNormalLike" => [n[0] with { Data = null }],
        _ => [],
    };

    // Operators that runtimes add to exported graphs.
    private static ProbeTensor[] InferContributed(NodeContext n) => n.Node.OpType switch
    {
        "FastGelu" or "Gelu" or "QuickGelu" or "BiasGelu" or "SimplifiedLayerNormalization" or "SkipLayerNormalization" or "GroupNorm" or "RotaryEmbedding"
            or "MultiHeadAttention" => [n[0] with { Data = null }],
        "FusedMatMul" when n.Attribute("transA", 0) == 0 && n.Attribute("transB", 0) == 0 => [new ProbeTensor(n[0].Type, MatMul(n.Shape(0), n.Shape(1)))],
        "MatMulNBits" => [new ProbeTensor(n[0].Type, [.. n.Shape(0)[..^1], n.Attribute("N", 0)])],
        _ => [],
    };

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
            shape = Broadcast(shape, n.Shape(i));
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
            "value" => ProbeTensor.From(value.T),
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

    // Sizes that contradict each other (inputs that belong together, but name their axes apart) take the larger.
    private static long[] Broadcast(long[] a, long[] b)
    {
        var rank = Math.Max(a.Length, b.Length);
        var result = new long[rank];
        for (var i = 1; i <= rank; i++)
        {
            var (x, y) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            result[^i] = x == 1 ? y : y == 1 ? x : Math.Max(x, y);
        }

        return result;
    }

    private static long[] MatMul(long[] a, long[] b) => (a.Length, b.Length) switch
    {
        (1, 1) => [],
        (1, _) => [.. b[..^2], b[^1]],
        (_, 1) => a[..^1],
        _ => [.. Broadcast(a[..^2], b[..^2]), a[^2], b[^1]],
    };
}
