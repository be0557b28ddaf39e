namespace CachePolicies.Splitting;

/// <summary>Where a stage can read sizes: the axes of what it is given, and numbers that were handed on.</summary>
internal sealed class ShapeSources(ShapeTable shapes)
{
    private readonly List<(string FullName, long[][] Axes)> _tensors = [];
    private readonly List<(string FullName, long[] Sizes)> _numbers = [];

    /// <summary>Adds a tensor whose axes are those of a value, after a batch axis where the value has none of its own.</summary>
    public void Add(string fullName, string value)
    {
        var shape = shapes.Of(value);
        if (shape.Axes is { } axes)
        {
            IEnumerable<long[]> own = Enumerable.Range(0, axes.Count).Select(axis => shapes.AxisSizes(value, axis)!);
            _tensors.Add((fullName, [.. shape.HasBatch ? own : own.Prepend([])]));
        }
    }

    /// <summary>Adds a number that was handed on.</summary>
    public void Add(string fullName, long[] sizes) => _numbers.Add((fullName, sizes));

    /// <summary>How a number with these sizes in all choices can be worked out, or <see langword="null"/>.</summary>
    public ShapeElement? Find(long[] sizes) => Array.TrueForAll(sizes, size => size == sizes[0]) ? new ShapeElement.Constant(sizes[0]) : FindOne(sizes) ?? FindSum(sizes);

    private ShapeElement? FindOne(long[] sizes)
    {
        foreach (var (fullName, axes) in _tensors)
        {
            if (Array.FindIndex(axes, axis => axis.SequenceEqual(sizes)) is >= 0 and var number)
            {
                return new ShapeElement.Axis(fullName, number);
            }
        }

        return _numbers.Find(number => number.Sizes.SequenceEqual(sizes)) is { FullName: { } given } ? new ShapeElement.Given(given) : null;
    }

    private ShapeElement.Sum? FindSum(long[] sizes)
    {
        if (shapes.TermsOf(sizes) is not { } terms)
        {
            return null;
        }

        var found = new List<(IReadOnlyList<ShapeElement> Factors, long Numerator, long Denominator)>();
        foreach (var term in terms)
        {
            var factors = term.Symbols.Select(symbol => FindOne(shapes.SymbolSizes(symbol))).ToList();
            if (factors.Contains(null))
            {
                return null;
            }

            found.Add(([.. factors.OfType<ShapeElement>()], term.Numerator, term.Denominator));
        }

        return new ShapeElement.Sum(found);
    }
}
