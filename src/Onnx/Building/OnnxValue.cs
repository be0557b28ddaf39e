namespace CachePolicies.Onnx;

/// <summary>A value of a graph under construction; <see langword="default"/> stands for an optional input that is left out.</summary>
public readonly record struct OnnxValue
{
    internal OnnxValue(string name) => Name = name;

    /// <summary>The value's name in the graph, or <see langword="null"/> for the input that is left out.</summary>
    public string? Name { get; }
}
