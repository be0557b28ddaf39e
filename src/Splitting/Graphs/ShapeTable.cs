using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>A value's element type and axes, the batch axis included.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Axes">The axes, or <see langword="null"/> where they are not known.</param>
/// <param name="HasBatch">Whether the first axis is the batch.</param>
internal sealed record ValueShape(OnnxElementType Type, IReadOnlyList<OnnxDimension>? Axes, bool HasBatch)
{
    public bool IsFloatingPoint => Type is OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Float64;

    public override string ToString() => $"{Type} [{(Axes is null ? "?" : string.Join(", ", Axes))}]";
}

/// <summary>
/// The shapes of a graph's values with names for the axes that depend on the inputs. They are found by following the graph with several
/// choices of sizes: an axis that follows one of them carries its name, and one that follows several a formula of names.
/// </summary>
internal sealed class ShapeTable
{
    /// <summary>The name of the batch axis.</summary>
    public const string Batch = "batch";

    // Sizes are multiples of this, so that patches and levels fit; small ones for videos, whose tokens are products of three.
    private const long ImageUnit = 32, VideoUnit = 16;
    private const long FirstBatch = 2;

    private readonly OnnxGraphIndex _graph;
    private readonly int _opset;
    private readonly IOperatorOracle? _oracle;
    private readonly InputAxes _axes;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueShape> _shapes = new(StringComparer.Ordinal);
    private readonly long[][] _sizes;
    private readonly ProbeResult[] _probes;

    public ShapeTable(OnnxGraphIndex graph, int opset, IOperatorOracle? oracle = null)
    {
        _graph = graph;
        _opset = opset;
        _oracle = oracle;
        _axes = new InputAxes(graph);
        (_sizes, _probes) = Follow();
        while (Reconcile())
        {
            (_sizes, _probes) = Follow();
        }

        for (var i = 0; i < _axes.Symbols.Count; i++)
        {
            _names[Signature([.. _sizes.Select(sizes => sizes[i])])] = _axes.Symbols[i];
        }
    }

    /// <summary>The batch where the model fixes it, else <see langword="null"/>.</summary>
    public long? FixedBatch => _axes.FixedBatch;

    /// <summary>The free axes of the inputs from which all others follow, without the batch.</summary>
    public IReadOnlyList<string> FreeAxes => [.. _axes.Symbols.Where(symbol => symbol != Batch)];

    /// <summary>The first node whose results nothing knows, though all that it reads is known; <see langword="null"/> where there is none.</summary>
    public string? FirstUnknown => _probes[0].FirstUnknown is { } node ? OnnxGraphIndex.Describe(node) : null;

    /// <summary>The type and axes of a value.</summary>
    public ValueShape Of(string value)
    {
        if (!_shapes.TryGetValue(value, out var shape))
        {
            _shapes[value] = shape = Find(value);
        }

        return shape;
    }

    /// <summary>The sizes of an axis in all choices: equal lists mean the same axis.</summary>
    public long[]? AxisSizes(string value, int axis) =>
        _probes.All(probe => probe.Values.TryGetValue(value, out var tensor) && tensor.Shape?.Length > axis)
            ? Array.ConvertAll(_probes, probe => probe.Values[value].Shape![axis])
            : null;

    /// <summary>The elements of a small integer value in all choices, outermost by element; <see langword="null"/> where they are not known.</summary>
    public long[][]? Elements(string value)
    {
        var data = Array.ConvertAll(_probes, probe => probe.Values.TryGetValue(value, out var tensor) && tensor.Shape is not null ? tensor.Integers() : null);
        return data.Any(elements => elements is null || elements.Length != data[0]!.Length)
            ? null
            : [.. Enumerable.Range(0, data[0]!.Length).Select(i => Array.ConvertAll(data, elements => elements![i]))];
    }

    /// <summary>Whether sizes are those of the batch.</summary>
    public bool IsBatch(long[] sizes) => _axes.Symbols is [Batch, ..] && SymbolSizes(0).SequenceEqual(sizes);

    /// <summary>Whether sizes do not change with the batch.</summary>
    public bool IsSameForAllBatches(long[] sizes) => _axes.Symbols is not [Batch, ..] || sizes[0] == sizes[1];

    /// <summary>How sizes follow from those of the free axes, as indices of them; <see langword="null"/> where no formula was found.</summary>
    public IReadOnlyList<AxisTerm>? TermsOf(long[] sizes) => AxisTerms.Find(sizes, _sizes);

    /// <summary>The sizes of a free axis in all choices, by its index in a formula.</summary>
    public long[] SymbolSizes(int symbol) => Array.ConvertAll(_sizes, choice => choice[symbol]);

    /// <summary>Elements of a value at the first choice of sizes with a batch of one: what a cost is estimated with.</summary>
    public double ElementCount(string value) =>
        _probes[0].Values.TryGetValue(value, out var tensor) && tensor.Shape is { } shape
            ? shape.Aggregate(1.0, (count, size) => count * size) / (Of(value).HasBatch && FixedBatch is null ? FirstBatch : 1)
            : 0;

    /// <summary>Follows the graph once more with the given sizes.</summary>
    /// <param name="size">The size of each free axis, the batch among them.</param>
    public ProbeResult Probe(Func<string, long> size)
    {
        long[] sizes = [.. _axes.Symbols.Select(size)];
        return Follow(sizes);
    }

    /// <summary>The sizes of an input for sizes of the free axes.</summary>
    public long[]? InputSizes(string input, Func<string, long> size) => _axes.Sizes(input, [.. _axes.Symbols.Select(size)]);

    /// <summary>The axis that has these sizes in all choices: its size where they are one, else its name or formula.</summary>
    public OnnxDimension Named(long[] sizes)
    {
        if (sizes.All(size => size == sizes[0]))
        {
            return sizes[0];
        }

        var signature = Signature(sizes);
        if (!_names.TryGetValue(signature, out var name))
        {
            _names[signature] = name = TermsOf(sizes) is { } terms
                ? AxisTerms.Format(terms, _axes.Symbols)
                : string.Create(CultureInfo.InvariantCulture, $"axis{_names.Count - _axes.Symbols.Count}");
        }

        return name;
    }

    private static string Signature(long[] sizes) => string.Join(",", sizes);

    private ValueShape Find(string value)
    {
        var found = Array.ConvertAll(_probes, probe => probe.Values.GetValueOrDefault(value, ProbeTensor.Unknown));
        if (found.Any(tensor => tensor.Shape is null || tensor.Shape.Length != found[0].Shape!.Length || tensor.Shape.Any(size => size < 0)))
        {
            return new ValueShape(found[0].Type, null, false);
        }

        List<OnnxDimension> axes = [.. Enumerable.Range(0, found[0].Shape!.Length).Select(axis => Named(Array.ConvertAll(found, tensor => tensor.Shape![axis])))];
        return new ValueShape(found[0].Type, axes, axes is [{ Name: Batch }, ..] || (FixedBatch is { } batch && axes is [{ Value: { } first }, ..] && first == batch));
    }

    // The first choice, one for each symbol in which only that one differs, and one in which all differ.
    private (long[][] Sizes, ProbeResult[] Probes) Follow()
    {
        var symbols = _axes.Symbols;
        var unit = _axes.MostFree >= 3 ? VideoUnit : ImageUnit;
        long Size(int symbol, bool changed) => symbols[symbol] == Batch ? FirstBatch + (changed ? 1 : 0) : unit * (changed ? 2 : 1);
        long[][] sizes =
        [
            .. Enumerable.Range(-1, symbols.Count + 1).Select(changed => Enumerable.Range(0, symbols.Count).Select(i => Size(i, i == changed)).ToArray()),
            [.. Enumerable.Range(0, symbols.Count).Select(i => symbols[i] == Batch ? FirstBatch + 1 : unit * (3 + i))],
        ];
        return (sizes, Array.ConvertAll(sizes, Follow));
    }

    private ProbeResult Follow(long[] sizes) => ShapeProbe.Run(
        _graph, _opset,
        _axes.Inputs.ToDictionary(input => input.Name, input => new ProbeTensor(input.Type, _axes.Sizes(input.Name, sizes)), StringComparer.Ordinal),
        (name, axis) => _axes.SizeOf(name, axis, sizes),
        _oracle);

    // Where a node takes two axes for one, and one of them is a free axis that the inputs name apart, it follows from the other.
    private bool Reconcile()
    {
        var count = _probes.Min(probe => probe.Pairs.Count);
        var batchIsWrong = false;
        for (var i = 0; i < count; i++)
        {
            if (Array.TrueForAll(_probes, probe => probe.Pairs[i].First == probe.Pairs[i].Second))
            {
                continue;
            }

            long[] first = [.. _probes.Select(probe => probe.Pairs[i].First)], second = [.. _probes.Select(probe => probe.Pairs[i].Second)];
            if (Derive(first, second) || DeriveParts(first, second))
            {
                return true;
            }

            batchIsWrong |= HoldsBatch(first) || HoldsBatch(second);
        }

        return batchIsWrong && _axes.SeparatePositions();
    }

    // Positions of text and image, one below the other, have twice the batch where it was taken for their first axis.
    private bool HoldsBatch(long[] sizes) => IsBatch(sizes) || (PartsOf(sizes)?.Any(IsBatch) ?? false);

    private int SymbolOf(long[] sizes) => Enumerable.Range(0, _axes.Symbols.Count).LastOrDefault(symbol => SymbolSizes(symbol).SequenceEqual(sizes), -1);

    // Of two free axes, the one that was stated first stays.
    private bool Derive(long[] first, long[] second)
    {
        var (a, b) = (SymbolOf(first), SymbolOf(second));
        return (a > b && Derive(a, second)) || Derive(b, first) || Derive(a, second);
    }

    // Where both were put together from as many parts (positions of text and image, and text and image themselves), the parts are the same in their order.
    private bool DeriveParts(long[] first, long[] second)
    {
        var (a, b) = (PartsOf(first), PartsOf(second));
        return a is not null && b is not null && a.Count == b.Count && a.Zip(b).Any(pair => !pair.First.SequenceEqual(pair.Second) && Derive(pair.First, pair.Second));
    }

    private IReadOnlyList<long[]>? PartsOf(long[] sizes)
    {
        var count = _probes.Min(probe => probe.Joins.Count);
        for (var i = 0; i < count; i++)
        {
            var join = Array.ConvertAll(_probes, probe => probe.Joins[i]);
            if (join.Zip(sizes).All(choice => choice.First.Sum() == choice.Second) && Array.TrueForAll(join, parts => parts.Length == join[0].Length))
            {
                return [.. Enumerable.Range(0, join[0].Length).Select(part => Array.ConvertAll(join, parts => parts[part]))];
            }
        }

        return null;
    }

    private bool Derive(int symbol, long[] from) => symbol >= 0 && TermsOf(from) is { } terms && _axes.Derive(symbol, terms);
}
