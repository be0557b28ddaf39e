using System.Globalization;
using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>A value's element type and axes, the batch axis included.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Axes">The axes, or <see langword="null"/> where they are not known.</param>
internal sealed record ValueShape(OnnxElementType Type, IReadOnlyList<OnnxDimension>? Axes)
{
    public bool IsFloatingPoint => Type is OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Float64;

    public bool HasBatch => Axes is [{ Name: ShapeTable.Batch }, ..];

    public override string ToString() => $"{Type} [{(Axes is null ? "?" : string.Join(", ", Axes))}]";
}

/// <summary>
/// The shapes of a graph's values with names for the axes that depend on the inputs. They are found by following the graph with several
/// choices of sizes: an axis that follows one of them carries its name.
/// </summary>
internal sealed class ShapeTable
{
    /// <summary>The name of the batch axis.</summary>
    public const string Batch = "batch";

    private readonly IReadOnlyDictionary<string, ProbeTensor>[] _probes;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly string[] _symbols;
    private readonly long[][] _sizes;

    public ShapeTable(OnnxGraphIndex graph, int opset)
    {
        var inputs = graph.Inputs.ToDictionary(name => name, name => graph.ValueInfo(name)?.Type?.TensorType, StringComparer.Ordinal);
        _symbols = [.. inputs.SelectMany(input => Symbols(input.Key, input.Value)).OfType<string>().Prepend(Batch).Distinct(StringComparer.Ordinal)];
        // The first choice, and one for each symbol in which only that one differs. Sizes are multiples of 64, so that patches fit.
        _sizes = [.. Enumerable.Range(-1, _symbols.Length + 1).Select(changed => _symbols.Select((symbol, i) => (symbol == Batch ? 2L : 64) + (i == changed ? symbol == Batch ? 1 : 64 : 0)).ToArray())];
        _probes = [.. _sizes.Select(sizes => ShapeProbe.Run(graph, opset, inputs.ToDictionary(
            input => input.Key,
            input => new ProbeTensor((OnnxElementType)(input.Value?.ElemType ?? 0), Sizes(input.Key, input.Value, sizes)),
            StringComparer.Ordinal),
            (name, axis) => Array.IndexOf(_symbols, axis == 0 ? Batch : name) is >= 0 and var symbol ? sizes[symbol] : null))];
        for (var i = 0; i < _symbols.Length; i++)
        {
            _names[Signature([.. _sizes.Select(sizes => sizes[i])])] = _symbols[i];
        }
    }

    /// <summary>The type and axes of a value.</summary>
    public ValueShape Of(string value)
    {
        var found = Array.ConvertAll(_probes, probe => probe.GetValueOrDefault(value, ProbeTensor.Unknown));
        if (found.Any(tensor => tensor.Shape is null || tensor.Shape.Length != found[0].Shape!.Length))
        {
            return new ValueShape(found[0].Type, null);
        }

        return new ValueShape(found[0].Type, [.. Enumerable.Range(0, found[0].Shape!.Length).Select(axis => Axis(found, axis))]);
    }

    /// <summary>The sizes of an axis in all choices: equal lists mean the same axis.</summary>
    public long[]? AxisSizes(string value, int axis) =>
        _probes.All(probe => probe.TryGetValue(value, out var tensor) && tensor.Shape?.Length > axis)
            ? Array.ConvertAll(_probes, probe => probe[value].Shape![axis])
            : null;

    /// <summary>The elements of a small integer value in all choices, outermost by element; <see langword="null"/> where they are not known.</summary>
    public long[][]? Elements(string value)
    {
        var data = Array.ConvertAll(_probes, probe => probe.TryGetValue(value, out var tensor) && tensor.Shape is not null ? tensor.Integers() : null);
        return data.Any(elements => elements is null || elements.Length != data[0]!.Length)
            ? null
            : [.. Enumerable.Range(0, data[0]!.Length).Select(i => Array.ConvertAll(data, elements => elements![i]))];
    }

    /// <summary>Whether a small integer value is known and does not change with the batch.</summary>
    public bool IsSameForAllBatches(string value) => Elements(value) is { } elements && Array.TrueForAll(elements, sizes => sizes[0] == sizes[1]);

    /// <summary>Elements of a value at the first choice of sizes with a batch of one: what a cost is estimated with.</summary>
    public double ElementCount(string value) =>
        _probes[0].TryGetValue(value, out var tensor) && tensor.Shape is { } shape
            ? shape.Aggregate(1.0, (count, size) => count * size) / (Of(value).HasBatch ? 2 : 1)
            : 0;

    private static IEnumerable<string?> Symbols(string input, TypeProto.Types.Tensor? type) =>
        type?.Shape is { } shape ? Enumerable.Range(0, shape.Dim.Count).Select(axis => Symbol(input, shape, axis)) : [];

    // A free first axis is the batch, whatever the exporter calls it.
    private static string? Symbol(string input, TensorShapeProto shape, int axis) =>
        shape.Dim[axis].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? null
        : axis == 0 ? Batch
        : shape.Dim[axis].DimParam is { Length: > 0 } name ? name
        : string.Create(CultureInfo.InvariantCulture, $"{input}.{axis}");

    private long[]? Sizes(string input, TypeProto.Types.Tensor? type, long[] sizes) => type?.Shape is not { } shape
        ? null
        : [.. Enumerable.Range(0, shape.Dim.Count).Select(axis => Symbol(input, shape, axis) is { } symbol ? sizes[Array.IndexOf(_symbols, symbol)] : shape.Dim[axis].DimValue)];

    private static string Signature(long[] sizes) => string.Join(",", sizes);

    private OnnxDimension Axis(ProbeTensor[] found, int axis) => Named(Array.ConvertAll(found, tensor => tensor.Shape![axis]));

    /// <summary>The axis that has these sizes in all choices: its size where they are one, else its name.</summary>
    public OnnxDimension Named(long[] sizes)
    {
        if (sizes.All(size => size == sizes[0]))
        {
            return sizes[0];
        }

        var signature = Signature(sizes);
        if (!_names.TryGetValue(signature, out var name))
        {
            _names[signature] = name = Derived(sizes) ?? string.Create(CultureInfo.InvariantCulture, $"axis{_names.Count - _symbols.Length}");
        }

        return name;
    }

    // A whole multiple or fraction of one symbol is called so.
    private string? Derived(long[] sizes)
    {
        for (var i = 0; i < _symbols.Length; i++)
        {
            var symbol = Array.ConvertAll(_sizes, choice => choice[i]);
            if (sizes[0] % symbol[0] == 0 && sizes.Zip(symbol).All(pair => pair.First == pair.Second * (sizes[0] / symbol[0])))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{_symbols[i]}*{sizes[0] / symbol[0]}");
            }

            if (sizes[0] > 0 && symbol[0] % sizes[0] == 0 && sizes.Zip(symbol).All(pair => pair.Second == pair.First * (symbol[0] / sizes[0])))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{_symbols[i]}/{symbol[0] / sizes[0]}");
            }
        }

        return null;
    }
}
