using System.Security.Cryptography;
using CachePolicies.Models;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// A denoiser of a few thousand parameters in the shape of the real ones, written to a directory by code: embed, structure probe,
/// structure, detail probe, detail, head. Quick enough for a GPU that a processor simulates. Weights follow from sines, so they are the same everywhere.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int Tokens = 12;
    public const int Patch = 6;
    public const int Width = 16;

    private static readonly string[] Boundaries = ["latent", "embedded", "structure.probe", "structure", "detail.probe", "detail", "output"];
    private static readonly string[] Names = ["embed", "structure1", "structure2", "detail1", "detail2", "head"];

    private readonly ElementType _type;

    public TinyModel(ElementType type = ElementType.Float32)
    {
        _type = type;
        for (var stage = 0; stage < Names.Length; stage++)
        {
            File.WriteAllBytes(Folder.File(Names[stage] + ".onnx"), Stage(stage));
        }

        WriteManifest(Manifest());
    }

    public TemporaryFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    /// <summary>Writes the manifest, after changing it.</summary>
    public void WriteManifest(string text) => File.WriteAllText(Folder.File(ModelManifest.FileName), text);

    public string Manifest()
    {
        var type = _type.ToName();
        string Tensor(string name, string shape, string kind = "state") => $$"""{"name":"{{name}}","kind":"{{kind}}","type":"{{type}}","shape":[{{shape}}]}""";
        string At(int boundary) => boundary switch
        {
            0 => Tensor("image", $"{Tokens}, {Patch}"),
            1 => $"{Tensor("image", $"{Tokens}, {Width}")}, {Tensor("vec", $"{Width}", "conditioning")}, {Tensor("modulated", $"{Tokens}, {Width}", "signal")}",
            4 => $"{Tensor("image", $"{Tokens}, {Width}")}, {Tensor("residual", $"{Tokens}, {Width}", "signal")}",
            6 => Tensor("image", $"{Tokens}, {Patch}"),
            _ => Tensor("image", $"{Tokens}, {Width}"),
        };
        var boundaries = Boundaries.Select((b, i) => $$"""    {"name":"{{b}}","role":"{{b}}","tensors":[{{At(i)}}]}""");
        var stages = Names.Select((s, i) => $$"""    {"name":"{{s}}","file":"{{s}}.onnx","from":"{{Boundaries[i]}}","to":"{{Boundaries[i + 1]}}"}""");
        return $$"""
            {
              "format": "cachepolicies-model/1",
              "name": "tiny",
              "fingerprint": "{{Fingerprint()}}",
              "prediction": "velocity",
              "inputs": [{"name":"timestep","kind":"conditioning","per":"evaluation","type":"float32","shape":[]}, {"name":"style","kind":"conditioning","per":"generation","type":"float32","shape":[]}],
              "boundaries": [
            {{string.Join(",\n", boundaries)}}
              ],
              "stages": [
            {{string.Join(",\n", stages)}}
              ]
            }
            """;
    }

    /// <summary>The graph of a stage.</summary>
    public byte[] Stage(int stage, int opset = 17)
    {
        var graph = new OnnxGraphBuilder(Names[stage], opset);
        var element = _type.ToGraph();
        var (from, to) = (Boundaries[stage], Boundaries[stage + 1]);
        var image = graph.Input($"{from}/image", element, "batch", Tokens, stage == 0 ? Patch : Width);
        var x = _type == ElementType.Float32 ? image : graph.Cast(image, OnnxElementType.Float32);
        if (stage == 0)
        {
            // The timestep as two waves and the style, mixed to a vector; patches as tokens.
            var style = graph.Reshape(graph.Input("style", OnnxElementType.Float32, "batch"), -1, 1);
            var time = graph.Reshape(graph.Input("timestep", OnnxElementType.Float32, "batch"), -1, 1);
            var vec = graph.Node("Tanh", [graph.MatMul(graph.Concat(1, graph.Node("Sin", [graph.Mul(time, graph.Scalar(3))]), graph.Node("Cos", [time]), style), Weights(graph, 1, 3, Width))]);
            x = graph.MatMul(x, Weights(graph, 2, Patch, Width));
            Output(graph, $"{to}/image", x, Tokens, Width);
            Output(graph, $"{to}/vec", vec, Width);
            Output(graph, $"{to}/modulated", Modulate(graph, x, vec), Tokens, Width);
        }
        else if (stage == Names.Length - 1)
        {
            Output(graph, $"{to}/image", graph.MatMul(x, Weights(graph, 90, Width, Patch)), Tokens, Patch);
        }
        else
        {
            var vec = graph.Input("embedded/vec", element, "batch", Width);
            vec = _type == ElementType.Float32 ? vec : graph.Cast(vec, OnnxElementType.Float32);
            var result = Block(graph, x, vec, 10 * stage);
            Output(graph, $"{to}/image", result, Tokens, Width);
            if (to == "detail.probe")
            {
                Output(graph, $"{to}/residual", graph.Sub(result, x), Tokens, Width);
            }
        }

        return graph.ToBytes();
    }

    private string Fingerprint()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Names)
        {
            digest.AppendData(File.ReadAllBytes(Folder.File(name + ".onnx")));
        }

        return "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    // x + MLP over tokens and then over channels, of what the vector scales.
    private static OnnxValue Block(OnnxGraphBuilder graph, OnnxValue x, OnnxValue vec, int seed)
    {
        var mixed = graph.MatMul(Weights(graph, seed, Tokens, Tokens), Modulate(graph, x, vec));
        var hidden = graph.Node("Tanh", [graph.MatMul(mixed, Weights(graph, seed + 1, Width, 2 * Width))]);
        return graph.Add(x, graph.MatMul(hidden, Weights(graph, seed + 2, 2 * Width, Width)));
    }

    private static OnnxValue Modulate(OnnxGraphBuilder graph, OnnxValue x, OnnxValue vec) =>
        graph.Mul(x, graph.Reshape(graph.Add(vec, graph.Scalar(1)), -1, 1, Width));

    private static OnnxValue Weights(OnnxGraphBuilder graph, int seed, int rows, int columns)
    {
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = MathF.Sin((seed * 7.1f) + (i * 1.37f) + (i * i * 0.01f)) / MathF.Sqrt(rows);
        }

        return graph.Constant(values, rows, columns);
    }

    private void Output(OnnxGraphBuilder graph, string name, OnnxValue value, params ReadOnlySpan<int> shape)
    {
        OnnxDimension[] dimensions = ["batch", .. shape.ToArray().Select(s => (OnnxDimension)s)];
        var element = _type.ToGraph();
        graph.Output(name, _type == ElementType.Float32 ? value : graph.Cast(value, element), element, dimensions);
    }
}
