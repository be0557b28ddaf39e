namespace CachePolicies.Onnx;

/// <summary>The operators of the default set that operation graphs need, one method each, in the set's own semantics.</summary>
public static class OnnxOperators
{
    /// <summary>a + b, broadcast.</summary>
    public static OnnxValue Add(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Add", a, b);

    /// <summary>a − b, broadcast.</summary>
    public static OnnxValue Sub(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Sub", a, b);

    /// <summary>a · b, broadcast.</summary>
    public static OnnxValue Mul(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Mul", a, b);

    /// <summary>a / b, broadcast.</summary>
    public static OnnxValue Div(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Div", a, b);

    /// <summary>a to the power b, broadcast.</summary>
    public static OnnxValue Pow(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Pow", a, b);

    /// <summary>The smaller of a and b, broadcast; NaN where one is NaN.</summary>
    public static OnnxValue Min(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Min", a, b);

    /// <summary>The larger of a and b, broadcast; NaN where one is NaN.</summary>
    public static OnnxValue Max(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Max", a, b);

    /// <summary>The matrix product, with leading dimensions broadcast.</summary>
    public static OnnxValue MatMul(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "MatMul", a, b);

    /// <summary>a = b, as truth values.</summary>
    public static OnnxValue Equal(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Equal", a, b);

    /// <summary>a &gt; b, as truth values.</summary>
    public static OnnxValue Greater(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Greater", a, b);

    /// <summary>a &lt; b, as truth values.</summary>
    public static OnnxValue Less(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Less", a, b);

    /// <summary>Both, of truth values.</summary>
    public static OnnxValue And(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "And", a, b);

    /// <summary>Either, of truth values.</summary>
    public static OnnxValue Or(this OnnxGraphBuilder graph, OnnxValue a, OnnxValue b) => Binary(graph, "Or", a, b);

    /// <summary>The opposite of truth values.</summary>
    public static OnnxValue Not(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Not", x);

    /// <summary>|x|.</summary>
    public static OnnxValue Abs(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Abs", x);

    /// <summary>−x.</summary>
    public static OnnxValue Neg(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Neg", x);

    /// <summary>The square root of x.</summary>
    public static OnnxValue Sqrt(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Sqrt", x);

    /// <summary>The exponential of x.</summary>
    public static OnnxValue Exp(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Exp", x);

    /// <summary>Whether x is NaN, as truth values.</summary>
    public static OnnxValue IsNaN(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "IsNaN", x);

    /// <summary>Whether x is infinite, as truth values.</summary>
    public static OnnxValue IsInf(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "IsInf", x);

    /// <summary>x itself, copied.</summary>
    public static OnnxValue Identity(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Identity", x);

    /// <summary>The shape of x, as a list of 64-bit integers.</summary>
    public static OnnxValue Shape(this OnnxGraphBuilder graph, OnnxValue x) => Unary(graph, "Shape", x);

    /// <summary>x in another element type.</summary>
    public static OnnxValue Cast(this OnnxGraphBuilder graph, OnnxValue x, OnnxElementType to) =>
        Require(graph).Node("Cast", [x], OnnxAttribute.Integer("to", (long)to));

    /// <summary>x where the condition holds, else y, broadcast.</summary>
    public static OnnxValue Where(this OnnxGraphBuilder graph, OnnxValue condition, OnnxValue x, OnnxValue y) =>
        Require(graph).Node("Where", [condition, x, y]);

    /// <summary>x moved into [minimum, maximum]; each bound is a scalar of x's type or left out.</summary>
    public static OnnxValue Clip(this OnnxGraphBuilder graph, OnnxValue x, OnnxValue minimum, OnnxValue maximum) =>
        Require(graph).Node("Clip", [x, minimum, maximum]);

    /// <summary>The mean over the axes (negative ones count from the end); over all of them where none is given.</summary>
    public static OnnxValue ReduceMean(this OnnxGraphBuilder graph, OnnxValue x, ReadOnlySpan<long> axes, bool keepDimensions = false) =>
        Reduce(graph, "ReduceMean", x, axes, keepDimensions, axesAsInputSince: 18);

    /// <summary>The sum over the axes (negative ones count from the end); over all of them where none is given.</summary>
    public static OnnxValue ReduceSum(this OnnxGraphBuilder graph, OnnxValue x, ReadOnlySpan<long> axes, bool keepDimensions = false) =>
        Reduce(graph, "ReduceSum", x, axes, keepDimensions, axesAsInputSince: 13);

    /// <summary>The largest value over the axes (negative ones count from the end); over all of them where none is given.</summary>
    public static OnnxValue ReduceMax(this OnnxGraphBuilder graph, OnnxValue x, ReadOnlySpan<long> axes, bool keepDimensions = false) =>
        Reduce(graph, "ReduceMax", x, axes, keepDimensions, axesAsInputSince: 18);

    /// <summary>The mean of windows over the last axes of x [batch, channels, …], without padding: the ragged edge is dropped.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="kernel">The window's size for each spatial axis.</param>
    /// <param name="strides">The distance between windows for each spatial axis.</param>
    public static OnnxValue AveragePool(this OnnxGraphBuilder graph, OnnxValue x, ReadOnlySpan<long> kernel, ReadOnlySpan<long> strides) =>
        Require(graph).Node("AveragePool", [x], OnnxAttribute.Integers("kernel_shape", kernel), OnnxAttribute.Integers("strides", strides));

    /// <summary>The tensors one after another along an axis.</summary>
    public static OnnxValue Concat(this OnnxGraphBuilder graph, long axis, params ReadOnlySpan<OnnxValue> parts) =>
        Require(graph).Node("Concat", parts, OnnxAttribute.Integer("axis", axis));

    /// <summary>The parts of x along an axis, of the given sizes.</summary>
    public static OnnxValue[] Split(this OnnxGraphBuilder graph, OnnxValue x, long axis, params ReadOnlySpan<long> sizes) =>
        Require(graph).Node("Split", [x, graph.Integers(sizes)], sizes.Length, OnnxAttribute.Integer("axis", axis));

    /// <summary>x from start (inclusive) to end (exclusive) along one axis; negative ones count from the end.</summary>
    public static OnnxValue Slice(this OnnxGraphBuilder graph, OnnxValue x, long axis, long start, long end, long step = 1) =>
        Require(graph).Node("Slice", [x, graph.Integers(start), graph.Integers(end), graph.Integers(axis), graph.Integers(step)]);

    /// <summary>x in another shape of as many elements; 0 keeps a dimension, −1 is worked out.</summary>
    public static OnnxValue Reshape(this OnnxGraphBuilder graph, OnnxValue x, params ReadOnlySpan<long> shape) =>
        Require(graph).Node("Reshape", [x, graph.Integers(shape)]);

    /// <summary>x in the shape that a list of 64-bit integers says.</summary>
    public static OnnxValue Reshape(this OnnxGraphBuilder graph, OnnxValue x, OnnxValue shape) => Require(graph).Node("Reshape", [x, shape]);

    /// <summary>x with its axes in another order.</summary>
    public static OnnxValue Transpose(this OnnxGraphBuilder graph, OnnxValue x, params ReadOnlySpan<long> order) =>
        Require(graph).Node("Transpose", [x], OnnxAttribute.Integers("perm", order));

    /// <summary>x with axes of size 1 put in at the positions.</summary>
    public static OnnxValue Unsqueeze(this OnnxGraphBuilder graph, OnnxValue x, params ReadOnlySpan<long> axes) =>
        Require(graph).Node("Unsqueeze", [x, graph.Integers(axes)]);

    /// <summary>x without the axes of size 1 at the positions.</summary>
    public static OnnxValue Squeeze(this OnnxGraphBuilder graph, OnnxValue x, params ReadOnlySpan<long> axes) =>
        Require(graph).Node("Squeeze", [x, graph.Integers(axes)]);

    /// <summary>The slices of x that 64-bit indices name, along an axis.</summary>
    public static OnnxValue Gather(this OnnxGraphBuilder graph, OnnxValue x, OnnxValue indices, long axis) =>
        Require(graph).Node("Gather", [x, indices], OnnxAttribute.Integer("axis", axis));

    private static OnnxValue Unary(OnnxGraphBuilder graph, string operation, OnnxValue x) => Require(graph).Node(operation, [x]);

    private static OnnxValue Binary(OnnxGraphBuilder graph, string operation, OnnxValue a, OnnxValue b) => Require(graph).Node(operation, [a, b]);

    private static OnnxValue Reduce(
        OnnxGraphBuilder graph, string operation, OnnxValue x, ReadOnlySpan<long> axes, bool keepDimensions, int axesAsInputSince)
    {
        var keep = OnnxAttribute.Integer("keepdims", keepDimensions ? 1 : 0);
        if (axes.IsEmpty)
        {
            return Require(graph).Node(operation, [x], keep);
        }

        // The operators moved their axes from an attribute to an input, each in an operator set of its own.
        return Require(graph).Opset >= axesAsInputSince
            ? graph.Node(operation, [x, graph.Integers(axes)], keep)
            : graph.Node(operation, [x], OnnxAttribute.Integers("axes", axes), keep);
    }

    private static OnnxGraphBuilder Require(OnnxGraphBuilder graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph;
    }
}
