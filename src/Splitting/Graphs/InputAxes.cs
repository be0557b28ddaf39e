using System.Globalization;
using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>
/// The axes of a graph's inputs: the batch, free axes by name, and those that follow from others though the model does not say so (a ControlNet's
/// residuals have half the height of the latents under another name).
/// </summary>
internal sealed class InputAxes
{
    private readonly Dictionary<string, TypeProto.Types.Tensor?> _inputs;
    private readonly HashSet<string> _laterNames;
    private readonly HashSet<string> _ownFirst = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<(IReadOnlyList<string> Symbols, long Numerator, long Denominator)>> _derived = new(StringComparer.Ordinal);

    public InputAxes(OnnxGraphIndex graph)
    {
        _inputs = graph.Inputs.ToDictionary(name => name, name => graph.ValueInfo(name)?.Type?.TensorType, StringComparer.Ordinal);
        foreach (var (name, type) in _inputs)
        {
            if (type?.Shape?.Dim.FirstOrDefault(axis => axis.HasDimValue && axis.DimValue < 1) is { } wrong)
            {
                throw new OnnxFormatException($"The input '{name}' states an axis of {wrong.DimValue} elements; expected at least 1.");
            }
        }

        _laterNames = [.. _inputs.Values.OfType<TypeProto.Types.Tensor>().Where(type => type.Shape is not null)
            .SelectMany(type => type.Shape.Dim.Skip(1)).Where(axis => axis.HasDimParam).Select(axis => axis.DimParam)];
        var first = _inputs.Values.OfType<TypeProto.Types.Tensor>().Where(type => type.Shape?.Dim.Count >= 3).Select(type => type.Shape.Dim[0]).ToList();
        FixedBatch = first.Count > 0 && first.TrueForAll(axis => axis.HasDimValue) ? first[0].DimValue : null;
        Refresh();
    }

    /// <summary>The batch where the model fixes it, else <see langword="null"/>.</summary>
    public long? FixedBatch { get; }

    /// <summary>How many free axes one input has at most, the batch aside.</summary>
    public int MostFree => _inputs.Values.Max(type => type?.Shape?.Dim.Skip(1).Count(axis => !axis.HasDimValue) ?? 0);

    /// <summary>The names of the free axes that follow from no other, the batch first where it is free.</summary>
    public IReadOnlyList<string> Symbols { get; private set; } = [];

    /// <summary>The inputs with their element types.</summary>
    public IEnumerable<(string Name, OnnxElementType Type)> Inputs => _inputs.Select(input => (input.Key, (OnnxElementType)(input.Value?.ElemType ?? 0)));

    /// <summary>The sizes of an input for sizes of the symbols, or <see langword="null"/> where the model states no shape.</summary>
    public long[]? Sizes(string input, long[] sizes) => _inputs[input]?.Shape is { } shape
        ? [.. Enumerable.Range(0, shape.Dim.Count).Select(axis => SymbolOf(input, shape, axis) is { } symbol ? SizeOf(symbol, sizes) : shape.Dim[axis].DimValue)]
        : null;

    /// <summary>The size of an axis that the model names, by its place.</summary>
    public long? SizeOf(string name, int axis, long[] sizes) =>
        axis == 0 && FixedBatch is null && !_laterNames.Contains(name) ? SizeOf(ShapeTable.Batch, sizes)
        : Symbols.Contains(Plain(name)) || _derived.ContainsKey(Plain(name)) ? SizeOf(Plain(name), sizes)
        : null;

    /// <summary>Makes an axis follow from others.</summary>
    /// <returns>Whether it was free before.</returns>
    public bool Derive(int symbol, IReadOnlyList<AxisTerm> terms)
    {
        var name = Symbols[symbol];
        if (name == ShapeTable.Batch || terms.Any(term => term.Symbols.Any(other => Symbols[other] == ShapeTable.Batch)) || terms.Any(term => term.Symbols.Contains(symbol)))
        {
            return false;
        }

        _derived[name] = [.. terms.Select(term => ((IReadOnlyList<string>)[.. term.Symbols.Select(other => Symbols[other])], term.Numerator, term.Denominator))];
        Refresh();
        return true;
    }

    /// <summary>Takes the first axis of the inputs that look like positions, lists of a few numbers per token, for one of their own instead of the batch.</summary>
    /// <returns>Whether there was one.</returns>
    public bool SeparatePositions()
    {
        var before = _ownFirst.Count;
        foreach (var (name, type) in _inputs)
        {
            if (type?.Shape is { Dim: [{ HasDimValue: false }, { HasDimValue: true, DimValue: <= 4 }] })
            {
                _ownFirst.Add(name);
            }
        }

        Refresh();
        return _ownFirst.Count > before;
    }

    private long SizeOf(string symbol, long[] sizes)
    {
        if (!_derived.TryGetValue(symbol, out var terms))
        {
            return sizes[Symbols.Index().First(known => known.Item == symbol).Index];
        }

        return terms.Sum(term => term.Symbols.Aggregate(term.Numerator, (product, name) => product * SizeOf(name, sizes)) / term.Denominator);
    }

    private void Refresh() => Symbols = [.. _inputs
        .SelectMany(input => input.Value?.Shape is { } shape ? Enumerable.Range(0, shape.Dim.Count).Select(axis => SymbolOf(input.Key, shape, axis)) : [])
        .OfType<string>()
        .Where(symbol => !_derived.ContainsKey(symbol))
        .OrderByDescending(symbol => symbol == ShapeTable.Batch)
        .Distinct(StringComparer.Ordinal)];

    // A free first axis is the batch, whatever the exporter calls it, but not where other inputs have an axis of that name further back: positions
    // have a row per token.
    private string? SymbolOf(string input, TensorShapeProto shape, int axis) =>
        shape.Dim[axis].HasDimValue ? null
        : axis == 0 && FixedBatch is null && !_laterNames.Contains(shape.Dim[axis].DimParam) && !_ownFirst.Contains(input) ? ShapeTable.Batch
        : shape.Dim[axis].DimParam is { Length: > 0 } name ? Plain(name)
        : string.Create(CultureInfo.InvariantCulture, $"{input}.{axis}");

    // Names become parts of formulas: what is a sign there, and what would be taken for the batch, is written otherwise.
    private static string Plain(string name)
    {
        var plain = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' ? letter : '_'));
        return plain == ShapeTable.Batch ? plain + "_" : char.IsAsciiDigit(plain[0]) ? "_" + plain : plain;
    }
}
