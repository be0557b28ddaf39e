using CachePolicies.Onnx;

namespace CachePolicies.Bench;

/// <summary>Denoisers of known shapes with fewer blocks and random weights, with the inputs that exporters give them and free sizes.</summary>
internal static class RandomDenoisers
{
    /// <summary>Channels of a pooled text of CLIP.</summary>
    public const int Pooled = 768;

    /// <summary>Channels of a row of text: two CLIP encoders side by side fit, with room as in the original.</summary>
    private const int JoinedText = 2048;

    /// <summary>Channels of T5's rows.</summary>
    public const int T5 = 1024;

    private const int Waves = 256;

    /// <summary>Stable Diffusion 3's shape: 8 of 24 blocks of two streams, 1,024 of 1,536 channels; 0.3 billion weights.</summary>
    public static RandomGraph StableDiffusion3()
    {
        const int Width = 1024, Heads = 16, Blocks = 8, Channels = 16, LargestSide = 64;
        var model = new RandomGraph("sd3-shaped", 1);
        var graph = model.Graph;
        var latent = graph.Input("hidden_states", OnnxElementType.Float32, "batch_size", Channels, "height", "width");
        var words = graph.Input("encoder_hidden_states", OnnxElementType.Float32, "batch_size", "sequence_length", JoinedText);
        var pooled = graph.Input("pooled_projections", OnnxElementType.Float32, "batch_size", 2 * Pooled);
        var time = graph.Input("timestep", OnnxElementType.Float32, "step");

        var patches = graph.Node("Conv", [latent, model.Weight(Width, Channels, 2, 2), model.Weight(Width)], OnnxAttribute.Integers("kernel_shape", 2, 2), OnnxAttribute.Integers("strides", 2, 2));
        var (rows, columns) = (model.SizeOf(patches, 2), model.SizeOf(patches, 3));
        var places = graph.Node("Slice", [model.Weight(1, LargestSide, LargestSide, Width), graph.Integers(0, 0), graph.Concat(0, rows, columns), graph.Integers(1, 2)]);
        var image = graph.Add(graph.Transpose(graph.Reshape(patches, 0, Width, -1), 0, 2, 1), graph.Reshape(places, 1, -1, Width));
        var text = model.Linear(words, JoinedText, Width);
        var vec = graph.Add(model.Embed(model.Waves(time, Waves, 1), Waves, Width), model.Embed(pooled, 2 * Pooled, Width));
        var (activated, count) = (model.Silu(vec), model.SizeOf(words, 1));
        for (var block = 0; block < Blocks; block++)
        {
            var (i, t) = model.DualBlock(image, text, activated, count, Width, Heads, isLast: block == Blocks - 1);
            (image, text) = (i, t ?? text);
        }

        var last = model.Modulation(activated, Width, 2);
        var tokens = model.Linear(model.Modulate(image, last[0], last[1], Width), Width, 4 * Channels);
        var grid = graph.Reshape(tokens, graph.Concat(0, graph.Integers(-1), rows, columns, graph.Integers(2, 2, Channels)));
        var planes = graph.Transpose(grid, 0, 5, 1, 3, 2, 4);
        var two = graph.Integers(2);
        var picture = graph.Reshape(planes, graph.Concat(0, graph.Integers(-1, Channels), graph.Mul(rows, two), graph.Mul(columns, two)));
        graph.Output("out_hidden_states", picture, OnnxElementType.Float32, "batch_size", Channels, "height", "width");
        return model;
    }

    /// <summary>FLUX.1's shape: 3 of 19 blocks of two streams, 8 of 38 of one, 1,536 of 3,072 channels; 0.55 billion weights.</summary>
    public static RandomGraph Flux()
    {
        const int Width = 1536, Heads = 12, Doubles = 3, Singles = 8, Packed = 64;
        var model = new RandomGraph("flux-shaped", 2);
        var graph = model.Graph;
        var latent = graph.Input("hidden_states", OnnxElementType.Float32, "batch_size", "packed_height_width", Packed);
        var words = graph.Input("encoder_hidden_states", OnnxElementType.Float32, "batch_size", "sequence_length", T5);
        var pooled = graph.Input("pooled_projections", OnnxElementType.Float32, "batch_size", Pooled);
        var time = graph.Input("timestep", OnnxElementType.Float32, "step");
        var imageIds = graph.Input("img_ids", OnnxElementType.Int64, "packed_height_width", 3);
        var textIds = graph.Input("txt_ids", OnnxElementType.Int64, "sequence_length", 3);
        var guidance = graph.Input("guidance", OnnxElementType.Float32, "batch_size");

        var image = model.Linear(latent, Packed, Width);
        var text = model.Linear(words, T5, Width);
        var vec = graph.Add(
            graph.Add(model.Embed(model.Waves(time, Waves, 1000), Waves, Width), model.Embed(model.Waves(guidance, Waves, 1000), Waves, Width)),
            model.Embed(pooled, Pooled, Width));
        var (activated, count) = (model.Silu(vec), model.SizeOf(words, 1));
        var turn = Rotary(model, graph.Concat(0, textIds, imageIds), Heads);
        for (var block = 0; block < Doubles; block++)
        {
            var (i, t) = model.DualBlock(image, text, activated, count, Width, Heads, isLast: false, turn);
            (image, text) = (i, t!.Value);
        }

        var x = graph.Concat(1, text, image);
        for (var block = 0; block < Singles; block++)
        {
            x = Single(model, x, activated, Width, Heads, turn);
        }

        var last = model.Modulation(activated, Width, 2);
        var tokens = model.Linear(model.Modulate(model.Tokens(x, count, after: true), last[0], last[1], Width), Width, Packed);
        graph.Output("out_hidden_states", tokens, OnnxElementType.Float32, "batch_size", "packed_height_width", Packed);
        return model;
    }

    private static OnnxValue Single(RandomGraph model, OnnxValue x, OnnxValue activated, int width, int heads, Func<OnnxValue, OnnxValue> turn)
    {
        var graph = model.Graph;
        var modulation = model.Modulation(activated, width, 3);
        var parts = graph.Split(model.Linear(model.Modulate(x, modulation[0], modulation[1], width), width, 7 * width), 2, 3 * width, 4 * width);
        var joined = graph.Concat(2, model.Attention(parts[0], width, heads, turn), model.Gelu(parts[1]));
        return graph.Add(x, graph.Mul(modulation[2], model.Linear(joined, 5 * width, width)));
    }

    // Pairs of channels turn by angles that follow from a token's three places.
    private static Func<OnnxValue, OnnxValue> Rotary(RandomGraph model, OnnxValue ids, int heads)
    {
        const int Size = 128;
        int[] axes = [16, 56, 56];
        var graph = model.Graph;
        var places = graph.Split(graph.Cast(ids, OnnxElementType.Float32), 1, 1, 1, 1);
        var angles = graph.Concat(1, [.. places.Select((p, a) => graph.Mul(p, graph.Constant(
            [.. Enumerable.Range(0, axes[a] / 2).Select(i => MathF.Pow(10_000, -2f * i / axes[a]))], 1, axes[a] / 2)))]);
        var (cos, sin) = (graph.Unsqueeze(graph.Node("Cos", [angles]), 0, 1), graph.Unsqueeze(graph.Node("Sin", [angles]), 0, 1));
        return x =>
        {
            var pairs = graph.Split(graph.Reshape(x, 0, heads, -1, Size / 2, 2), 4, 1, 1);
            var (a, b) = (graph.Squeeze(pairs[0], 4), graph.Squeeze(pairs[1], 4));
            var turned = graph.Concat(
                4,
                graph.Unsqueeze(graph.Sub(graph.Mul(a, cos), graph.Mul(b, sin)), 4),
                graph.Unsqueeze(graph.Add(graph.Mul(a, sin), graph.Mul(b, cos)), 4));
            return graph.Reshape(turned, 0, heads, -1, Size);
        };
    }
}
