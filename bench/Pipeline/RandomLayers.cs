using CachePolicies.Onnx;

namespace CachePolicies.Bench;

/// <summary>Layers of transformers and decoders with random weights; token counts are free.</summary>
internal static class RandomLayers
{
    /// <summary>x · W + b.</summary>
    public static OnnxValue Linear(this RandomGraph model, OnnxValue x, int inputs, int outputs) =>
        model.Graph.Add(model.Graph.MatMul(x, model.Weight(inputs, outputs)), model.Weight(outputs));

    public static OnnxValue Silu(this RandomGraph model, OnnxValue x) => model.Graph.Mul(x, model.Graph.Node("Sigmoid", [x]));

    public static OnnxValue Gelu(this RandomGraph model, OnnxValue x) => model.Graph.Node("Gelu", [x], OnnxAttribute.Text("approximate", "tanh"));

    /// <summary>Brings each token to mean 0 and deviation 1.</summary>
    public static OnnxValue Normalise(this RandomGraph model, OnnxValue x, int width) => model.Graph.Node(
        "LayerNormalization",
        [x, model.Graph.Constant(Enumerable.Repeat(1f, width).ToArray(), width)],
        OnnxAttribute.Integer("axis", -1),
        OnnxAttribute.Number("epsilon", 1e-6f));

    /// <summary>A normalised, scaled and shifted stream.</summary>
    public static OnnxValue Modulate(this RandomGraph model, OnnxValue x, OnnxValue shift, OnnxValue scale, int width)
    {
        var graph = model.Graph;
        return graph.Add(graph.Mul(model.Normalise(x, width), graph.Add(scale, graph.Scalar(1))), shift);
    }

    /// <summary>Shifts, scales and gates of [batch, 1, width], from SiLU(vec).</summary>
    public static OnnxValue[] Modulation(this RandomGraph model, OnnxValue activated, int width, int parts)
    {
        var all = model.Graph.Unsqueeze(model.Linear(activated, width, parts * width), 1);
        return model.Graph.Split(all, 2, [.. Enumerable.Repeat((long)width, parts)]);
    }

    /// <summary>Attention over [batch, tokens, 3 · width].</summary>
    /// <param name="model">The graph.</param>
    /// <param name="joined">Queries, keys and values side by side.</param>
    /// <param name="width">Channels of a token.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="turn">Turns queries and keys of [batch, heads, tokens, size] by their positions, or <see langword="null"/>.</param>
    public static OnnxValue Attention(this RandomGraph model, OnnxValue joined, int width, int heads, Func<OnnxValue, OnnxValue>? turn = null)
    {
        var graph = model.Graph;
        var size = width / heads;
        var parts = Array.ConvertAll(graph.Split(joined, 2, width, width, width), p => graph.Transpose(graph.Reshape(p, 0, -1, heads, size), 0, 2, 1, 3));
        var (q, k) = turn is null ? (parts[0], parts[1]) : (turn(parts[0]), turn(parts[1]));
        var scores = graph.Mul(graph.MatMul(q, graph.Transpose(k, 0, 1, 3, 2)), graph.Scalar(1 / Math.Sqrt(size)));
        var mixed = graph.MatMul(graph.Node("Softmax", [scores], OnnxAttribute.Integer("axis", -1)), parts[2]);
        return graph.Reshape(graph.Transpose(mixed, 0, 2, 1, 3), 0, -1, width);
    }

    /// <summary>Sines and cosines of a number of [n] at falling frequencies: [n, width].</summary>
    public static OnnxValue Waves(this RandomGraph model, OnnxValue number, int width, float scale)
    {
        var graph = model.Graph;
        var frequencies = Enumerable.Range(0, width / 2).Select(i => scale * MathF.Exp(-MathF.Log(10_000) * i / (width / 2))).ToArray();
        var angles = graph.Mul(graph.Reshape(number, -1, 1), graph.Constant(frequencies, 1, width / 2));
        return graph.Concat(1, graph.Node("Cos", [angles]), graph.Node("Sin", [angles]));
    }

    /// <summary>The embedding of a number: waves through two layers.</summary>
    public static OnnxValue Embed(this RandomGraph model, OnnxValue waves, int inputs, int width) =>
        model.Linear(model.Silu(model.Linear(waves, inputs, width)), width, width);

    /// <summary>Tokens of an axis 1 from a place to the end, or before it.</summary>
    public static OnnxValue Tokens(this RandomGraph model, OnnxValue x, OnnxValue count, bool after)
    {
        var graph = model.Graph;
        return graph.Node("Slice", [x, after ? count : graph.Integers(0), after ? graph.Integers(long.MaxValue) : count, graph.Integers(1)]);
    }

    /// <summary>The size of an axis, as a list of one.</summary>
    public static OnnxValue SizeOf(this RandomGraph model, OnnxValue x, int axis) => model.Graph.Gather(model.Graph.Shape(x), model.Graph.Integers(axis), 0);

    /// <summary>The blocks' two streams: attention over both, then a feed-forward in each.</summary>
    public static (OnnxValue Image, OnnxValue? Text) DualBlock(
        this RandomGraph model, OnnxValue image, OnnxValue text, OnnxValue activated, OnnxValue textCount, int width, int heads, bool isLast, Func<OnnxValue, OnnxValue>? turn = null)
    {
        var graph = model.Graph;
        var i = model.Modulation(activated, width, 6);
        var t = model.Modulation(activated, width, isLast ? 2 : 6);
        var imageParts = model.Linear(model.Modulate(image, i[0], i[1], width), width, 3 * width);
        var textParts = model.Linear(model.Modulate(text, t[0], t[1], width), width, 3 * width);
        var attended = model.Attention(graph.Concat(1, textParts, imageParts), width, heads, turn);
        var newImage = model.Rest(image, model.Tokens(attended, textCount, after: true), i, width);
        return (newImage, isLast ? null : model.Rest(text, model.Tokens(attended, textCount, after: false), t, width));
    }

    private static OnnxValue Rest(this RandomGraph model, OnnxValue x, OnnxValue attended, OnnxValue[] modulation, int width)
    {
        var graph = model.Graph;
        x = graph.Add(x, graph.Mul(modulation[2], model.Linear(attended, width, width)));
        var inner = model.Gelu(model.Linear(model.Modulate(x, modulation[3], modulation[4], width), width, 4 * width));
        return graph.Add(x, graph.Mul(modulation[5], model.Linear(inner, 4 * width, width)));
    }
}
