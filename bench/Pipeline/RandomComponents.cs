using CachePolicies.Onnx;

namespace CachePolicies.Bench;

/// <summary>Text encoders and a VAE's decoder with random weights and the inputs and outputs that exporters give them.</summary>
internal static class RandomComponents
{
    /// <summary>A text encoder of CLIP's or T5's shape.</summary>
    /// <param name="vocabulary">Tokens.</param>
    /// <param name="width">Channels of a token.</param>
    /// <param name="blocks">Blocks, at least 2.</param>
    /// <param name="pooled">The name of an output with one row per text, or <see langword="null"/>.</param>
    /// <param name="seed">Of the weights.</param>
    public static RandomGraph TextEncoder(int vocabulary, int width, int blocks, string? pooled, int seed)
    {
        var model = new RandomGraph("text-encoder", seed);
        var graph = model.Graph;
        var ids = graph.Input("input_ids", OnnxElementType.Int64, "batch_size", "sequence_length");
        var x = graph.Gather(model.Weight(vocabulary, width), ids, 0);
        Hidden(0);
        for (var block = 0; block < blocks; block++)
        {
            var attended = model.Attention(model.Linear(model.Normalise(x, width), width, 3 * width), width, width / 64);
            x = graph.Add(x, model.Linear(attended, width, width));
            x = graph.Add(x, model.Linear(model.Gelu(model.Linear(model.Normalise(x, width), width, 4 * width)), 4 * width, width));
            Hidden(block + 1);
        }

        var last = model.Normalise(x, width);
        graph.Output("last_hidden_state", last, OnnxElementType.Float32, "batch_size", "sequence_length", width);
        if (pooled is not null)
        {
            graph.Output(pooled, graph.MatMul(graph.ReduceMean(last, [1]), model.Weight(width, width)), OnnxElementType.Float32, "batch_size", width);
        }

        return model;

        void Hidden(int index) => graph.Output($"hidden_states.{index}", x, OnnxElementType.Float32, "batch_size", "sequence_length", width);
    }

    /// <summary>A decoder from latents of 16 channels to pictures of eight times the side, with half of the usual channels and one layer a level.</summary>
    public static RandomGraph VaeDecoder()
    {
        const int Channels = 16;
        int[] levels = [256, 256, 128, 64];
        var model = new RandomGraph("vae-decoder", 7);
        var graph = model.Graph;
        var x = model.Convolve(graph.Input("latent_sample", OnnxElementType.Float32, "batch_size", Channels, "latent_height", "latent_width"), Channels, levels[0]);
        var width = levels[0];
        for (var level = 0; level < levels.Length; level++)
        {
            x = model.Residual(x, width, levels[level]);
            width = levels[level];
            if (level < levels.Length - 1)
            {
                var larger = graph.Node("Resize", [x, default, graph.Constant([1f, 1, 2, 2], 4)], OnnxAttribute.Text("mode", "nearest"));
                x = model.Convolve(larger, width, width);
            }
        }

        graph.Output("sample", model.Convolve(model.Silu(model.NormaliseGroups(x, width)), width, 3), OnnxElementType.Float32, "batch_size", 3, "height", "width");
        return model;
    }

    private static OnnxValue Convolve(this RandomGraph model, OnnxValue x, int inputs, int outputs, int side = 3) => model.Graph.Node(
        "Conv",
        [x, model.Weight(outputs, inputs, side, side), model.Weight(outputs)],
        OnnxAttribute.Integers("kernel_shape", side, side),
        OnnxAttribute.Integers("pads", side / 2, side / 2, side / 2, side / 2));

    private static OnnxValue Residual(this RandomGraph model, OnnxValue x, int inputs, int outputs)
    {
        var inner = model.Convolve(model.Silu(model.NormaliseGroups(x, inputs)), inputs, outputs);
        inner = model.Convolve(model.Silu(model.NormaliseGroups(inner, outputs)), outputs, outputs);
        return model.Graph.Add(inputs == outputs ? x : model.Convolve(x, inputs, outputs, side: 1), inner);
    }

    // As PyTorch's exporter writes GroupNorm.
    private static OnnxValue NormaliseGroups(this RandomGraph model, OnnxValue x, int channels)
    {
        const int Groups = 32;
        var graph = model.Graph;
        var ones = graph.Constant(Enumerable.Repeat(1f, Groups).ToArray(), Groups);
        var normal = graph.Node("InstanceNormalization", [graph.Reshape(x, 0, Groups, -1), ones, graph.Constant(new float[Groups], Groups)], OnnxAttribute.Number("epsilon", 1e-6f));
        return graph.Add(graph.Mul(graph.Reshape(normal, graph.Shape(x)), model.Weight(channels, 1, 1)), model.Weight(channels, 1, 1));
    }
}
