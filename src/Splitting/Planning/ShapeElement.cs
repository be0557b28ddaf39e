namespace CachePolicies.Splitting;

/// <summary>A number in a shape that a stage needs, as the stage can work it out.</summary>
internal abstract record ShapeElement
{
    /// <summary>The same for all sizes.</summary>
    public sealed record Constant(long Value) : ShapeElement;

    /// <summary>The size of an axis, the batch axis counted, of a tensor or an input that the stage is given.</summary>
    public sealed record Axis(string FullName, int Number) : ShapeElement;

    /// <summary>A number that an earlier stage hands on, one per lane.</summary>
    public sealed record Given(string FullName) : ShapeElement;

    /// <summary>A sum of products of others.</summary>
    public sealed record Sum(IReadOnlyList<(IReadOnlyList<ShapeElement> Factors, long Numerator, long Denominator)> Terms) : ShapeElement;
}
