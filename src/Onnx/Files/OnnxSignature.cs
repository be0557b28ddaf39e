using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>What a model reads and writes, as its file declares it; no session is opened for it.</summary>
/// <param name="Inputs">In the graph's order, without its weights.</param>
/// <param name="Outputs">In the graph's order.</param>
public sealed record OnnxSignature(IReadOnlyList<OnnxPort> Inputs, IReadOnlyList<OnnxPort> Outputs)
{
    /// <summary>Reads the signature of a model and checks the references to its external data.</summary>
    /// <param name="path">The model's file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OnnxFormatException">The file is damaged, of a version that is not read, or lacks external data.</exception>
    public static OnnxSignature Read(string path)
    {
        var graph = OnnxModelFile.Load(path).Model.Graph;
        var weights = graph.Initializer.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        return new([.. graph.Input.Where(i => !weights.Contains(i.Name)).Select(PortOf)], [.. graph.Output.Select(PortOf)]);
    }

    /// <summary>The input of a name, or <see langword="null"/>.</summary>
    public OnnxPort? Input(string name) => Inputs.FirstOrDefault(i => i.Name == name);

    /// <summary>The output of a name, or <see langword="null"/>.</summary>
    public OnnxPort? Output(string name) => Outputs.FirstOrDefault(o => o.Name == name);

    internal static OnnxPort PortOf(ValueInfoProto value)
    {
        var tensor = value.Type?.TensorType;
        return new(
            value.Name,
            (OnnxElementType)(tensor?.ElemType ?? 0),
            tensor?.Shape is null ? [] : [.. tensor.Shape.Dim.Select((d, i) => d.HasDimValue ? OnnxDimension.Fixed(d.DimValue) : OnnxDimension.Dynamic(d.DimParam is { Length: > 0 } name ? name : $"axis{i}"))]);
    }
}

/// <summary>An input or output of a model.</summary>
/// <param name="Name">The name in the graph.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Axes">Its axes as declared; empty for a scalar and where the file does not say.</param>
public sealed record OnnxPort(string Name, OnnxElementType Type, IReadOnlyList<OnnxDimension> Axes)
{
    /// <summary>The size of an axis counted from the end, or <see langword="null"/> where it is free or there is none.</summary>
    /// <param name="fromEnd">1 for the last axis.</param>
    public long? SizeFromEnd(int fromEnd) => Axes.Count >= fromEnd && fromEnd >= 1 ? Axes[^fromEnd].Value : null;
}
