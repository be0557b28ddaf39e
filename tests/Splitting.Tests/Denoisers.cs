using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>The exported denoisers of these tests.</summary>
internal static class Denoisers
{
    public static string PathOf(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Denoisers", name + ".onnx");

    public static ModelProto Read(string name) => OnnxModelFile.Load(PathOf(name)).Model;

    /// <summary>A boundary's tensors as a line: <c>image[9, 16] text[5, 16] vec[16] conditioning</c>.</summary>
    public static string Line(DenoiserDescription description, string boundary) => string.Join(' ', description.Boundaries.Single(candidate => candidate.Name == boundary).Tensors
        .Select(tensor => $"{tensor.Name}[{string.Join(", ", tensor.Axes)}]{(tensor.Kind == "state" ? "" : " " + tensor.Kind)}"));
}
