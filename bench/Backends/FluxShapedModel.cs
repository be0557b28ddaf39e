using System.Globalization;
using CachePolicies;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Models;
using CachePolicies.Onnx;

namespace CachePolicies.Bench;

/// <summary>
/// A denoiser of FLUX's shape with weights that mean nothing, written to a directory by code. The files are small: weights are sines that the runtime works
/// out when it opens a stage, and the blocks of a stage share them, so that all 19 + 38 blocks are there in depth and fit. QK normalisation and
/// rotary embeddings, a small share of a block's time, are left out.
/// </summary>
/// <param name="type">The element type of features and weights.</param>
/// <param name="hidden">Channels of a token, a multiple of <paramref name="heads"/>.</param>
/// <param name="heads">Attention heads.</param>
/// <param name="image">Image tokens.</param>
/// <param name="text">Text tokens.</param>
/// <param name="doubles">Double-stream blocks, at least 2.</param>
/// <param name="singles">Single-stream blocks, at least 2.</param>
internal sealed class FluxShapedModel(ElementType type, int hidden, int heads, int image, int text, int doubles, int singles)
{
    private const int Patch = 64;
    private const int Opset = 20;

    private static readonly string[] Boundaries = ["latent", "embedded", "structure.probe", "structure", "detail.probe", "detail", "output"];
    private static readonly string[] Stages = ["embed", "double1", "doubles", "single1", "singles", "head"];

    private OnnxElementType Element => type switch
    {
        ElementType.Float16 => OnnxElementType.Float16,
        ElementType.BFloat16 => OnnxElementType.BFloat16,
        _ => OnnxElementType.Float32,
    };

    /// <summary>FLUX.1: 4096 image and 512 text tokens of 3072 channels, 24 heads, 19 double and 38 single blocks.</summary>
    public static FluxShapedModel Flux(ElementType type) => new(type, 3072, 24, 4096, 512, 19, 38);

    /// <summary>The same on a scale that a processor runs, to try the script.</summary>
    public static FluxShapedModel Small { get; } = new(ElementType.Float32, 96, 4, 64, 16, 3, 4);

    public void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        for (var stage = 0; stage < Stages.Length; stage++)
        {
            File.WriteAllBytes(Path.Combine(directory, Stages[stage] + ".onnx"), Stage(stage));
        }

        File.WriteAllText(Path.Combine(directory, ModelManifest.FileName), Manifest());
    }

    private byte[] Stage(int stage)
    {
        var graph = new OnnxGraphBuilder(Stages[stage], Opset);
        var (from, to) = (Boundaries[stage], Boundaries[stage + 1]);
        switch (stage)
        {
            case 0:
                Embed(graph, to);
                break;
            case 1 or 2:
                var (img, txt) = (Input(graph, $"{from}/image", image, hidden), Input(graph, $"{from}/text", text, hidden));
                var vec = Input(graph, "embedded/vec", hidden);
                for (var block = 0; block < (stage == 1 ? 1 : doubles - 1); block++)
                {
                    (img, txt) = Double(graph, img, txt, vec);
                }

                Output(graph, $"{to}/image", img, image, hidden);
                Output(graph, $"{to}/text", txt, text, hidden);
                break;
            case 3 or 4:
                var first = graph.Concat(1, Input(graph, $"{from}/text", text, hidden), Input(graph, $"{from}/image", image, hidden));
                var (x, condition) = (first, Input(graph, "embedded/vec", hidden));
                for (var block = 0; block < (stage == 3 ? 1 : singles - 1); block++)
                {
                    x = Single(graph, x, condition);
                }

                Output(graph, $"{to}/image", graph.Slice(x, 1, text, text + image), image, hidden);
                if (stage == 3)
                {
                    Output(graph, $"{to}/text", graph.Slice(x, 1, 0, text), text, hidden);
                    Output(graph, $"{to}/residual", graph.Sub(x, first), text + image, hidden);
                }

                break;
            default:
                var last = Input(graph, $"{from}/image", image, hidden);
                var modulation = Modulation(graph, Input(graph, "embedded/vec", hidden), 2, 90);
                Output(graph, $"{to}/image", Linear(graph, Modulate(graph, last, modulation[0], modulation[1]), hidden, Patch, 91), image, Patch);
                break;
        }

        return graph.ToBytes();
    }

    private void Embed(OnnxGraphBuilder graph, string to)
    {
        var latent = Input(graph, "latent/image", image, Patch);
        var words = Input(graph, "text", text, hidden);
        var time = graph.Reshape(graph.Input("timestep", OnnxElementType.Float32, "batch"), -1, 1);
        var waves = graph.Cast(graph.Node("Sin", [graph.Mul(time, graph.Constant(Enumerable.Range(1, hidden).Select(i => 10f * i / hidden).ToArray(), 1, hidden))]), Element);
        var vec = Linear(graph, waves, hidden, hidden, 1);
        var tokens = Linear(graph, latent, Patch, hidden, 2);
        Output(graph, $"{to}/image", tokens, image, hidden);
        Output(graph, $"{to}/text", Linear(graph, words, hidden, hidden, 3), text, hidden);
        Output(graph, $"{to}/vec", vec, hidden);
        var modulation = Modulation(graph, vec, 6, 10);
        Output(graph, $"{to}/modulated", Modulate(graph, tokens, modulation[0], modulation[1]), image, hidden);
    }

    private (OnnxValue Image, OnnxValue Text) Double(OnnxGraphBuilder graph, OnnxValue img, OnnxValue txt, OnnxValue vec)
    {
        var (i, t) = (Modulation(graph, vec, 6, 10), Modulation(graph, vec, 6, 20));
        var imageHeads = Linear(graph, Modulate(graph, img, i[0], i[1]), hidden, 3 * hidden, 11);
        var textHeads = Linear(graph, Modulate(graph, txt, t[0], t[1]), hidden, 3 * hidden, 21);
        var attended = Attention(graph, graph.Concat(1, textHeads, imageHeads));
        img = Block(graph, img, graph.Slice(attended, 1, text, text + image), i, 12);
        txt = Block(graph, txt, graph.Slice(attended, 1, 0, text), t, 22);
        return (img, txt);
    }

    private OnnxValue Block(OnnxGraphBuilder graph, OnnxValue x, OnnxValue attended, OnnxValue[] modulation, int seed)
    {
        x = graph.Add(x, graph.Mul(modulation[2], Linear(graph, attended, hidden, hidden, seed)));
        var inner = Gelu(graph, Linear(graph, Modulate(graph, x, modulation[3], modulation[4]), hidden, 4 * hidden, seed + 1));
        return graph.Add(x, graph.Mul(modulation[5], Linear(graph, inner, 4 * hidden, hidden, seed + 2)));
    }

    private OnnxValue Single(OnnxGraphBuilder graph, OnnxValue x, OnnxValue vec)
    {
        var modulation = Modulation(graph, vec, 3, 30);
        var parts = graph.Split(Linear(graph, Modulate(graph, x, modulation[0], modulation[1]), hidden, 7 * hidden, 31), 2, 3 * hidden, 4 * hidden);
        var joined = graph.Concat(2, Attention(graph, parts[0]), Gelu(graph, parts[1]));
        return graph.Add(x, graph.Mul(modulation[2], Linear(graph, joined, 5 * hidden, hidden, 32)));
    }

    private OnnxValue Attention(OnnxGraphBuilder graph, OnnxValue heads3)
    {
        var size = hidden / heads;
        var tokens = text + image;
        var parts = graph.Split(heads3, 2, hidden, hidden, hidden);
        var q = graph.Transpose(graph.Reshape(parts[0], -1, tokens, heads, size), 0, 2, 1, 3);
        var k = graph.Transpose(graph.Reshape(parts[1], -1, tokens, heads, size), 0, 2, 3, 1);
        var v = graph.Transpose(graph.Reshape(parts[2], -1, tokens, heads, size), 0, 2, 1, 3);
        var scores = graph.Mul(graph.MatMul(q, k), graph.Scalar(1 / Math.Sqrt(size), Element));
        var mixed = graph.MatMul(graph.Node("Softmax", [scores], OnnxAttribute.Integer("axis", -1)), v);
        return graph.Reshape(graph.Transpose(mixed, 0, 2, 1, 3), -1, tokens, hidden);
    }

    // Shift, scale and gate for all tokens, from SiLU(vec).
    private OnnxValue[] Modulation(OnnxGraphBuilder graph, OnnxValue vec, int parts, int seed)
    {
        var all = Linear(graph, graph.Mul(vec, graph.Node("Sigmoid", [vec])), hidden, parts * hidden, seed);
        return graph.Split(graph.Reshape(all, -1, 1, parts * hidden), 2, [.. Enumerable.Repeat((long)hidden, parts)]);
    }

    private OnnxValue Modulate(OnnxGraphBuilder graph, OnnxValue x, OnnxValue shift, OnnxValue scale)
    {
        var ones = graph.Cast(graph.Constant(Enumerable.Repeat(1f, hidden).ToArray(), hidden), Element);
        var normal = graph.Node("LayerNormalization", [x, ones], OnnxAttribute.Integer("axis", -1), OnnxAttribute.Number("epsilon", 1e-6f));
        return graph.Add(graph.Mul(normal, graph.Add(scale, graph.Scalar(1, Element))), shift);
    }

    private static OnnxValue Gelu(OnnxGraphBuilder graph, OnnxValue x) => graph.Node("Gelu", [x], OnnxAttribute.Text("approximate", "tanh"));

    private OnnxValue Linear(OnnxGraphBuilder graph, OnnxValue x, int inputs, int outputs, int seed) => graph.MatMul(x, Weight(graph, inputs, outputs, seed));

    // Without an input, so the runtime folds it to a constant when it opens the graph; equal ones are merged to one.
    private OnnxValue Weight(OnnxGraphBuilder graph, int rows, int columns, int seed)
    {
        var places = graph.Node("Range", [graph.Scalar(0), graph.Scalar((double)rows * columns), graph.Scalar(1)]);
        var waves = graph.Node("Sin", [graph.Add(graph.Mul(places, graph.Scalar(1.37)), graph.Scalar(seed))]);
        return graph.Cast(graph.Reshape(graph.Mul(waves, graph.Scalar(1 / Math.Sqrt(rows))), rows, columns), Element);
    }

    private OnnxValue Input(OnnxGraphBuilder graph, string name, params ReadOnlySpan<int> shape) => graph.Input(name, Element, Batched(shape));

    private void Output(OnnxGraphBuilder graph, string name, OnnxValue value, params ReadOnlySpan<int> shape) => graph.Output(name, value, Element, Batched(shape));

    private static OnnxDimension[] Batched(ReadOnlySpan<int> shape) => ["batch", .. shape.ToArray().Select(s => (OnnxDimension)s)];

    private string Manifest()
    {
        var name = type.ToString().ToLowerInvariant();
        string Tensor(string tensor, string shape, string kind = "state") =>
            $$"""{ "name": "{{tensor}}", "kind": "{{kind}}", "type": "{{name}}", "shape": [{{shape}}] }""";
        string tokens = $"{image}, {hidden}", words = $"{text}, {hidden}";
        string[] tensors =
        [
            Tensor("image", $"{image}, {Patch}"),
            $"{Tensor("image", tokens)}, {Tensor("text", words)}, {Tensor("vec", $"{hidden}", "conditioning")}, {Tensor("modulated", tokens, "signal")}",
            $"{Tensor("image", tokens)}, {Tensor("text", words)}",
            $"{Tensor("image", tokens)}, {Tensor("text", words)}",
            $"{Tensor("image", tokens)}, {Tensor("text", words)}, {Tensor("residual", $"{text + image}, {hidden}", "signal")}",
            Tensor("image", tokens),
            Tensor("image", $"{image}, {Patch}"),
        ];
        var boundaries = Boundaries.Zip(tensors, (b, t) => $$"""{ "name": "{{b}}", "role": "{{b}}", "tensors": [{{t}}] }""");
        var stages = Stages.Select((s, i) => $$"""{ "name": "{{s}}", "file": "{{s}}.onnx", "from": "{{Boundaries[i]}}", "to": "{{Boundaries[i + 1]}}" }""");
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "format": "{{ModelManifest.CurrentFormat}}",
              "name": "flux-shaped",
              "family": "flux",
              "prediction": "velocity",
              "inputs": [
                { "name": "timestep", "kind": "conditioning", "per": "evaluation", "type": "float32", "shape": [] },
                { "name": "text", "kind": "conditioning", "per": "generation", "type": "{{name}}", "shape": [{{words}}] }
              ],
              "boundaries": [{{string.Join(", ", boundaries)}}],
              "stages": [{{string.Join(", ", stages)}}]
            }
            """);
    }
}
