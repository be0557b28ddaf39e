using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Onnx;

/// <summary>
/// Builds a small ONNX graph: inputs, constants, nodes, outputs. The operators that the project needs are extension methods
/// (<see cref="OnnxOperators"/>); <see cref="Node(string, ReadOnlySpan{OnnxValue}, OnnxAttribute[])"/> makes any other.
/// </summary>
/// <example>
/// The mean of the absolute difference of two tensors:
/// <code>
/// var graph = new OnnxGraphBuilder("distance");
/// var a = graph.Input("a", OnnxElementType.Float32, "batch", "tokens", 64);
/// var b = graph.Input("b", OnnxElementType.Float32, "batch", "tokens", 64);
/// graph.Output("distance", graph.ReduceMean(graph.Abs(graph.Sub(a, b)), [1, 2]), OnnxElementType.Float32, "batch");
/// byte[] model = graph.ToBytes();
/// </code>
/// </example>
public sealed class OnnxGraphBuilder
{
    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _outputNames = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">The version of the default operator set, 13 to 25.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is not one that the operators here are written for.</exception>
    public OnnxGraphBuilder(string name, int opset = 17)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(opset, 13);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(opset, 25);
        _graph = new GraphProto { Name = name };
        Opset = opset;
    }

    /// <summary>The version of the default operator set.</summary>
    public int Opset { get; }

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name, which no other value has.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Its dimensions; none for a scalar.</param>
    public OnnxValue Input(string name, OnnxElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        Claim(name);
        _inputs.Add(name);
        _graph.Input.Add(ValueInfo(name, type, shape));
        return new OnnxValue(name);
    }

    /// <summary>Adds an output.</summary>
    /// <param name="name">Its name, which no other value has.</param>
    /// <param name="value">What it holds: a value of this graph.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Its dimensions; none for a scalar.</param>
    public void Output(string name, OnnxValue value, OnnxElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        var source = Known(value);
        Claim(name);
        // An output of a node takes the output's name; an input, a constant or a second name for the same value is copied.
        var produced = _graph.Node.Any(node => node.Output.Contains(source));
        if (!produced || !_outputNames.TryAdd(source, name))
        {
            _graph.Node.Add(new NodeProto { OpType = "Identity", Name = "copy/" + name, Input = { source }, Output = { name } });
        }

        _graph.Output.Add(ValueInfo(name, type, shape));
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator of the default set.</param>
    /// <param name="inputs">Its inputs in order; <see langword="default"/> where an optional one is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    public OnnxValue Node(string operation, ReadOnlySpan<OnnxValue> inputs, params OnnxAttribute[] attributes) =>
        Node(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="operation">The operator of the default set.</param>
    /// <param name="inputs">Its inputs in order; <see langword="default"/> where an optional one is left out.</param>
    /// <param name="outputs">How many outputs it has, at least 1.</param>
    /// <param name="attributes">Its attributes.</param>
    public OnnxValue[] Node(string operation, ReadOnlySpan<OnnxValue> inputs, int outputs, params OnnxAttribute[] attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentNullException.ThrowIfNull(attributes);
        var id = Fresh(operation);
        var node = new NodeProto { OpType = operation, Name = id };
        foreach (var input in inputs)
        {
            node.Input.Add(input.Name is null ? "" : Known(input));
        }

        node.Attribute.AddRange(attributes.Select(attribute => attribute.Proto));
        var results = new OnnxValue[outputs];
        for (var i = 0; i < outputs; i++)
        {
            var name = outputs == 1 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}:{i}");
            _names.Add(name);
            node.Output.Add(name);
            results[i] = new OnnxValue(name);
        }

        _graph.Node.Add(node);
        return results;
    }

    /// <summary>Adds a constant of 32-bit floating-point numbers in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    public OnnxValue Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Initializer(OnnxElementType.Float32, shape, values.Length, LittleEndian(values));

    /// <summary>Adds a constant of 64-bit integers in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    public OnnxValue Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Initializer(OnnxElementType.Int64, shape, values.Length, LittleEndian(values));

    /// <summary>Adds a constant whose numbers are in a file beside the model, little-endian and in row-major order: for weights that do not fit in it.</summary>
    /// <param name="type">Its element type.</param>
    /// <param name="file">The file's name, without a folder.</param>
    /// <param name="offset">Where the numbers begin, in bytes.</param>
    /// <param name="shape">Its dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The name is empty or has a folder.</exception>
    public OnnxValue External(OnnxElementType type, string file, long offset, params ReadOnlySpan<long> shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (Path.GetFileName(file) != file)
        {
            throw new ArgumentException($"'{file}' is not the name of a file beside the model.", nameof(file));
        }

        var tensor = new TensorProto { DataType = (int)type, DataLocation = TensorProto.Types.DataLocation.External };
        var value = AddInitializer(tensor, shape);
        (string Key, string Value)[] entries = [("location", file), ("offset", Text(offset)), ("length", Text(tensor.ByteCount()))];
        tensor.ExternalData.AddRange(entries.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }));
        return value;

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds a list of 64-bit integers: axes, sizes, a shape.</summary>
    public OnnxValue Integers(params ReadOnlySpan<long> values) => Constant(values, values.Length);

    /// <summary>Adds a scalar of a floating-point or integer type; the value is rounded to the type.</summary>
    /// <exception cref="ArgumentException">The element type is not Float32, Float64, Float16, BFloat16, Int32, Int64 or Boolean.</exception>
    public OnnxValue Scalar(double value, OnnxElementType type = OnnxElementType.Float32)
    {
        var bytes = new byte[8];
        switch (type)
        {
            case OnnxElementType.Float32: BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value); break;
            case OnnxElementType.Float64: BinaryPrimitives.WriteDoubleLittleEndian(bytes, value); break;
            case OnnxElementType.Float16: BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value); break;
            case OnnxElementType.BFloat16: BinaryPrimitives.WriteUInt16LittleEndian(bytes, BFloat16Bits((float)value)); break;
            case OnnxElementType.Int32: BinaryPrimitives.WriteInt32LittleEndian(bytes, checked((int)value)); break;
            case OnnxElementType.Int64: BinaryPrimitives.WriteInt64LittleEndian(bytes, checked((long)value)); break;
            case OnnxElementType.Boolean: bytes[0] = value != 0 ? (byte)1 : (byte)0; break;
            default: throw new ArgumentException($"A scalar of type {type} cannot be written; expected a floating-point type, Int32, Int64 or Boolean.", nameof(type));
        }

        return Initializer(type, [], 1, ByteString.CopyFrom(bytes, 0, type.BitSize() / 8));
    }

    /// <summary>Writes the graph as an ONNX model.</summary>
    /// <exception cref="InvalidOperationException">The graph has no output.</exception>
    public byte[] ToBytes() => ToModel().ToByteArray();

    internal ModelProto ToModel()
    {
        if (_graph.Output.Count == 0)
        {
            throw new InvalidOperationException($"The graph '{_graph.Name}' has no output.");
        }

        var graph = _graph.Clone();
        foreach (var node in graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
        }

        return new ModelProto
        {
            IrVersion = IrVersion(Opset),
            ProducerName = "CachePolicies",
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            Graph = graph,
        };
    }

    private static int IrVersion(int opset) => opset switch
    {
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    };

    private static ValueInfoProto ValueInfo(string name, OnnxElementType type, ReadOnlySpan<OnnxDimension> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            dimensions.Dim.Add(dimension.Name is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = dimension.Value ?? throw new ArgumentException($"A dimension of '{name}' is not stated.", nameof(shape)) });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } },
        };
    }

    private static ByteString LittleEndian<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("ONNX constants are written on little-endian machines only.");
        }

        return ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
    }

    // The upper half of binary32, rounded to nearest even.
    private static ushort BFloat16Bits(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | 0x0040_0000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private OnnxValue Initializer(OnnxElementType type, ReadOnlySpan<long> shape, int count, ByteString data)
    {
        long expected = 1;
        foreach (var size in shape)
        {
            expected = checked(expected * size);
        }

        if (expected != count)
        {
            throw new ArgumentException($"A constant of shape [{string.Join(", ", shape.ToArray())}] holds {expected} values, not {count}.", nameof(shape));
        }

        return AddInitializer(new TensorProto { DataType = (int)type, RawData = data }, shape);
    }

    private OnnxValue AddInitializer(TensorProto tensor, ReadOnlySpan<long> shape)
    {
        tensor.Name = Fresh("constant");
        foreach (var size in shape)
        {
            tensor.Dims.Add(size);
        }

        _names.Add(tensor.Name);
        _graph.Initializer.Add(tensor);
        return new OnnxValue(tensor.Name);
    }

    private void Rename(Google.Protobuf.Collections.RepeatedField<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            names[i] = _outputNames.GetValueOrDefault(names[i], names[i]);
        }
    }

    private void Claim(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_names.Add(name))
        {
            throw new ArgumentException($"The graph '{_graph.Name}' has a value '{name}' already.", nameof(name));
        }
    }

    private string Known(OnnxValue value) =>
        value.Name is { } name && _names.Contains(name)
            ? name
            : throw new ArgumentException($"'{value.Name ?? "(left out)"}' is not a value of the graph '{_graph.Name}'.", nameof(value));

    // A name that no caller's name can meet: callers' names do not start with '#'.
    private string Fresh(string stem) => string.Create(CultureInfo.InvariantCulture, $"#{_names.Count}/{stem}");
}
