using System.Collections.Immutable;
using System.Globalization;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Writes the expressions of a signature as one ONNX graph. Arithmetic is float32; tensors carry the batch axis in front, of size 1, and a number is a
/// tensor of shape <c>[1]</c>. A run-time number is read in host memory as the constant that <c>Pad</c> pads with: that operator takes it there on
/// every provider, so no copy is needed to bring it to the device.
/// </summary>
internal sealed class OperationGraph
{
    private readonly OnnxGraphBuilder _graph = new("operation");
    private readonly KernelSignature _signature;
    private readonly TensorShape[] _shapes;
    private readonly Dictionary<TensorExpression, OnnxValue> _values = [];
    private readonly OnnxValue[] _inputs;
    private readonly OnnxValue[] _scalars;

    private OperationGraph(KernelSignature signature)
    {
        _signature = signature;
        _shapes = [.. signature.Inputs.Select(i => i.Shape)];
        _inputs = new OnnxValue[signature.Inputs.Length];
        _scalars = new OnnxValue[signature.Scalars];
    }

    /// <summary>Writes a signature's graph.</summary>
    /// <returns>The model, and the names of what it reads and writes. A measurement's result goes to the host.</returns>
    public static (byte[] Model, SessionPorts Ports) Write(KernelSignature signature, bool measures)
    {
        var graph = new OperationGraph(signature);
        var inputs = graph.AddInputs();
        var scalars = graph.AddScalars();
        var outputs = graph.AddOutputs();
        var ports = measures
            ? new SessionPorts(inputs, [], scalars, outputs[0])
            : new SessionPorts(inputs, outputs, scalars);
        return (graph._graph.ToBytes(), ports);
    }

    /// <summary>A scalar product, summed in float64 and brought to the host as a float32 number and the remainder.</summary>
    public static (byte[] Model, SessionPorts Ports) Dot(ElementType type, int rank)
    {
        var graph = new OnnxGraphBuilder("dot");
        OnnxValue Widened(string name) =>
            graph.Cast(graph.Input(name, type.ToGraph(), Dimensions(TensorShapes.OfRank(rank), 0)), OnnxElementType.Float64);
        var products = graph.Reshape(graph.Mul(Widened("a"), Widened("b")), 1, -1);
        var sum = graph.ReduceSum(products, [1]);
        var high = graph.Cast(sum, OnnxElementType.Float32);
        var low = graph.Cast(graph.Sub(sum, graph.Cast(high, OnnxElementType.Float64)), OnnxElementType.Float32);
        graph.Output("high", high, OnnxElementType.Float32, 1);
        graph.Output("low", low, OnnxElementType.Float32, 1);
        return (graph.ToBytes(), new SessionPorts(["a", "b"], [], [], "high", "low"));
    }

    /// <summary>A number in host memory as a tensor of shape <c>[1]</c> on the device.</summary>
    public static OnnxValue ToDevice(OnnxGraphBuilder graph, OnnxValue scalar)
    {
        var nothing = graph.Constant([0f], 1);
        return graph.Node("Pad", [nothing, graph.Integers(-1, 1), scalar]);
    }

    private ImmutableArray<string> AddInputs()
    {
        var names = ImmutableArray.CreateBuilder<string>(_inputs.Length);
        var known = new Dictionary<TensorShape, int>();
        for (var i = 0; i < _inputs.Length; i++)
        {
            var (type, shape) = _signature.Inputs[i];
            var name = Name("input", i);
            if (!known.TryGetValue(shape, out var index))
            {
                known.Add(shape, index = known.Count);
            }

            var input = _graph.Input(name, type.ToGraph(), Dimensions(shape, index));
            _inputs[i] = type == ElementType.Float32 ? input : _graph.Cast(input, OnnxElementType.Float32);
            names.Add(name);
        }

        return names.ToImmutable();
    }

    private ImmutableArray<string> AddScalars()
    {
        var names = ImmutableArray.CreateBuilder<string>(_scalars.Length);
        for (var i = 0; i < _scalars.Length; i++)
        {
            var name = Name("scalar", i);
            _scalars[i] = ToDevice(_graph, _graph.Input(name, OnnxElementType.Float32));
            names.Add(name);
        }

        return names.ToImmutable();
    }

    private ImmutableArray<string> AddOutputs()
    {
        var names = ImmutableArray.CreateBuilder<string>(_signature.Outputs.Length);
        for (var i = 0; i < _signature.Outputs.Length; i++)
        {
            var shape = _signature.OutputShapes[i];
            var type = shape.Rank == 0 ? ElementType.Float32 : _signature.OutputType;
            var value = Emit(_signature.Outputs[i]);
            var name = Name("output", i);
            _graph.Output(name, type == ElementType.Float32 ? value : _graph.Cast(value, type.ToGraph()), type.ToGraph(), Dimensions(shape, -1 - i));
            names.Add(name);
        }

        return names.ToImmutable();
    }

    private OnnxValue Emit(TensorExpression expression)
    {
        if (!_values.TryGetValue(expression, out var value))
        {
            value = expression switch
            {
                InputExpression input => _inputs[input.Index],
                FramesExpression frames => EmitFrames(frames, _inputs[frames.Index]),
                ScalarExpression scalar when scalar.Index < _scalars.Length => _scalars[scalar.Index],
                ScalarExpression scalar => throw new ArgumentException($"An expression reads the scalar {scalar.Index}; the signature has {_scalars.Length}."),
                ConstantExpression constant => _graph.Constant([constant.Value], 1),
                UnaryExpression unary => EmitUnary(unary.Operation, Emit(unary.Operand)),
                BinaryExpression binary => EmitBinary(binary.Operation, Emit(binary.Left), Emit(binary.Right)),
                ClampExpression clamp => EmitClamp(clamp, Emit(clamp.Operand)),
                ReplaceNaNExpression replace => EmitReplaceNaN(replace, Emit(replace.Operand)),
                AveragePoolExpression pool => EmitPool(pool, Emit(pool.Operand)),
                ReduceExpression reduce => EmitReduce(reduce, Emit(reduce.Operand)),
                WienerExpression filter => EmitFilter(filter, Emit(filter.Operand), Emit(filter.Signal), Emit(filter.Noise)),
                _ => throw new NotSupportedException($"{expression.GetType().Name} has no operation graph."),
            };
            _values.Add(expression, value);
        }

        return value;
    }

    // The axis is taken apart, and the frames go to the front; nothing moves where they are there already.
    private OnnxValue EmitFrames(FramesExpression frames, OnnxValue x)
    {
        var shape = _shapes[frames.Index];
        long before = 1;
        for (var axis = 0; axis < frames.Axis; axis++)
        {
            before *= shape[axis];
        }

        var ordered = before == 1 ? x : _graph.Transpose(_graph.Reshape(x, before, frames.Count, -1), 1, 0, 2);
        return _graph.Reshape(ordered, new TensorKey(ElementType.Float32, frames.ShapeOf(_shapes), 1).BatchedShape());
    }

    private OnnxValue EmitUnary(UnaryOperation operation, OnnxValue x) => operation switch
    {
        UnaryOperation.Abs => _graph.Abs(x),
        UnaryOperation.Square => _graph.Mul(x, x),
        UnaryOperation.Sqrt => _graph.Sqrt(x),
        _ => throw new NotSupportedException($"{operation} has no operation graph."),
    };

    private OnnxValue EmitBinary(BinaryOperation operation, OnnxValue a, OnnxValue b) => operation switch
    {
        BinaryOperation.Add => _graph.Add(a, b),
        BinaryOperation.Subtract => _graph.Sub(a, b),
        BinaryOperation.Multiply => _graph.Mul(a, b),
        BinaryOperation.Divide => _graph.Div(a, b),
        _ => throw new NotSupportedException($"{operation} has no operation graph."),
    };

    // Providers differ in what Clip makes of NaN, so NaN is kept by hand.
    private OnnxValue EmitClamp(ClampExpression clamp, OnnxValue x) =>
        _graph.Where(IsNumber(x), _graph.Clip(x, _graph.Scalar(clamp.Minimum), _graph.Scalar(clamp.Maximum)), x);

    private OnnxValue EmitReplaceNaN(ReplaceNaNExpression replace, OnnxValue x) =>
        _graph.Where(IsNumber(x), x, _graph.Constant([replace.Replacement], 1));

    // Not every provider has IsNaN; only NaN differs from itself.
    private OnnxValue IsNumber(OnnxValue x) => _graph.Equal(x, x);

    private OnnxValue EmitPool(AveragePoolExpression pool, OnnxValue x)
    {
        var shape = pool.Operand.ShapeOf(_shapes);
        var pooled = pool.ShapeOf(_shapes);
        long planes = 1;
        for (var axis = 0; axis < shape.Rank - 2; axis++)
        {
            planes *= shape[axis];
        }

        var flat = _graph.Reshape(x, planes, 1, shape[^2], shape[^1]);
        long[] window = [pool.Rows, pool.Columns];
        return _graph.Reshape(_graph.AveragePool(flat, window, window), new TensorKey(ElementType.Float32, pooled, 1).BatchedShape());
    }

    // A product with the circulant matrix of the transformed gains. The matrix is made on the device, since the gains follow the noise level.
    private OnnxValue EmitFilter(WienerExpression filter, OnnxValue x, OnnxValue signal, OnnxValue noise)
    {
        var n = filter.Size;
        var powers = _graph.Constant([.. filter.FrequencyPowers().Select(p => (float)p)], 1, n);
        var gains = _graph.Div(signal, _graph.Add(_graph.Mul(signal, signal), _graph.Mul(_graph.Mul(noise, noise), powers)));
        var cosines = _graph.Constant([.. Enumerable.Range(0, n * n).Select(i => (float)Math.Cos(2 * Math.PI * ((long)(i / n) * (i % n) % n) / n))], n, n);
        var row = _graph.MatMul(_graph.Div(gains, _graph.Reshape(_graph.ReduceSum(gains, [1]), 1, 1)), cosines);
        var places = _graph.Constant([.. Enumerable.Range(0, n * n).Select(i => (long)(((i % n) - (i / n) + n) % n))], n, n);
        var matrix = _graph.Gather(_graph.Reshape(row, n), places, 0);
        var filtered = _graph.MatMul(matrix, _graph.Reshape(x, -1, n, filter.Stride));
        return _graph.Reshape(filtered, new TensorKey(ElementType.Float32, filter.ShapeOf(_shapes), 1).BatchedShape());
    }

    // The last axis first and then the others: partial sums stay short, and providers that give each result one thread have many results.
    private OnnxValue EmitReduce(ReduceExpression reduce, OnnxValue x)
    {
        var rank = reduce.Operand.ShapeOf(_shapes).Rank;
        if (rank == reduce.Keep)
        {
            return x;
        }

        return reduce.Reduction == Reduction.Max ? MaxOrNaN(x, rank, reduce.Keep) : Reduced(reduce.Reduction, x, rank, reduce.Keep);
    }

    private OnnxValue Reduced(Reduction reduction, OnnxValue x, int rank, int keep)
    {
        var last = ReduceAxes(reduction, x, [rank]);
        return rank - 1 == keep ? last : ReduceAxes(reduction, last, [.. Enumerable.Range(keep + 1, rank - 1 - keep).Select(a => (long)a)]);
    }

    // The largest number, or NaN where there is one: a sum of zeros and NaN tells.
    private OnnxValue MaxOrNaN(OnnxValue x, int rank, int keep)
    {
        var zero = _graph.Constant([0f], 1);
        var numbers = IsNumber(x);
        var largest = Reduced(Reduction.Max, _graph.Where(numbers, x, _graph.Constant([float.NegativeInfinity], 1)), rank, keep);
        return _graph.Add(largest, Reduced(Reduction.Sum, _graph.Where(numbers, zero, x), rank, keep));
    }

    private OnnxValue ReduceAxes(Reduction reduction, OnnxValue x, ReadOnlySpan<long> axes) => reduction switch
    {
        Reduction.Mean => _graph.ReduceMean(x, axes),
        Reduction.Sum => _graph.ReduceSum(x, axes),
        Reduction.Max => _graph.ReduceMax(x, axes),
        _ => throw new NotSupportedException($"{reduction} has no operation graph."),
    };

    private static string Name(string stem, int index) => string.Create(CultureInfo.InvariantCulture, $"{stem}{index}");

    // Sizes are left open, so that signatures that differ in sizes alone may share a session.
    private static OnnxDimension[] Dimensions(TensorShape shape, int group) =>
        [.. Enumerable.Range(0, shape.Rank + 1).Select(a => (OnnxDimension)string.Create(CultureInfo.InvariantCulture, $"s{group}a{a}"))];
}
