using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>A denoiser's graph with what each node depends on: the latents, the other inputs, or constants alone.</summary>
internal sealed class DenoiserGraph
{
    private static readonly string[] LatentNames =
        ["latent/image", "hidden_states", "sample", "latent_model_input", "latents", "latent", "noisy_latents", "x", "img", "image"];

    private static readonly string[] TimestepNames = ["timestep", "timesteps", "t", "time", "sigma", "sigmas"];

    public DenoiserGraph(OnnxModelFile file, SplitOptions options)
    {
        File = file;
        Index = new OnnxGraphIndex(file.Model.Graph);
        if (Index.Outputs.Count != 1)
        {
            throw new ModelSplitException($"'{file.Path}' has {Index.Outputs.Count} outputs ({string.Join(", ", Index.Outputs)}); a denoiser has one, what it predicts.");
        }

        Output = Index.Outputs[0];
        Shapes = new ShapeTable(Index, file.Opset);
        Latent = FindLatent(options.LatentInput);
        Timestep = FindTimestep(options.TimestepInput);
        var needed = Index.NeededFor([Output]);
        var fromLatent = Index.ReachableFrom([Latent]);
        var fromOthers = Index.ReachableFrom(Index.Inputs.Where(input => input != Latent));
        IsDynamic = [.. needed.Zip(fromLatent, (a, b) => a && b)];
        IsConditioning = [.. needed.Select((need, node) => need && !fromLatent[node] && fromOthers[node])];
        FollowsTimestep = Timestep is null ? new bool[needed.Length] : Index.ReachableFrom([Timestep]);
        if (Index.Producer(Output) is var last && (last < 0 || !IsDynamic[last]))
        {
            throw new ModelSplitException($"'{file.Path}': the output '{Output}' does not depend on the input '{Latent}', which was taken for the latents; name the right one (--latent).");
        }
    }

    public OnnxModelFile File { get; }

    public OnnxGraphIndex Index { get; }

    public ShapeTable Shapes { get; }

    /// <summary>The input that holds the noisy latents.</summary>
    public string Latent { get; }

    /// <summary>The input that holds the timestep, or <see langword="null"/>.</summary>
    public string? Timestep { get; }

    public string Output { get; }

    /// <summary>By node: needed for the output and dependent on the latents.</summary>
    public bool[] IsDynamic { get; }

    /// <summary>By node: needed for the output, dependent on other inputs and not on the latents.</summary>
    public bool[] IsConditioning { get; }

    /// <summary>By node: dependent on the timestep.</summary>
    public bool[] FollowsTimestep { get; }

    /// <summary>Whether a value is the latents or depends on them.</summary>
    public bool IsDynamicValue(string value) => value == Latent || (Index.Producer(value) is >= 0 and var node && IsDynamic[node]);

    /// <summary>Whether a value depends on an input, but not on the latents.</summary>
    public bool IsConditioningValue(string value) =>
        Index.Producer(value) is >= 0 and var node ? IsConditioning[node] : value != Latent && Index.Inputs.Contains(value);

    /// <summary>What an input means, in a word.</summary>
    public string MeaningOf(string input)
    {
        if (input == Latent)
        {
            return "latent";
        }

        if (input == Timestep)
        {
            return "timestep";
        }

        var rank = Shapes.Of(input).Axes?.Count ?? 0;
        return input switch
        {
            _ when input.Contains("mask", StringComparison.OrdinalIgnoreCase) => "mask",
            _ when input.Contains("guidance", StringComparison.OrdinalIgnoreCase) => "guidance",
            "text_ids" or "input_ids" => "text",
            _ when input.EndsWith("_ids", StringComparison.Ordinal) => "positions",
            _ when input.Contains("pool", StringComparison.OrdinalIgnoreCase) || input is "y" or "vec" => "pooled text",
            _ when input.Contains("rotary", StringComparison.OrdinalIgnoreCase) || input.Contains("freqs", StringComparison.OrdinalIgnoreCase) => "positions",
            _ when input.Contains("encoder", StringComparison.Ordinal) || input is "context" or "txt" or "prompt_embeds" or "caption" => "text",
            _ => rank >= 3 ? "text" : "other",
        };
    }

    private string FindLatent(string? asked)
    {
        if (asked is not null)
        {
            return Index.Inputs.Contains(asked)
                ? asked
                : throw new ModelSplitException($"'{File.Path}' has no input '{asked}'; it has {string.Join(", ", Index.Inputs)}.");
        }

        var output = Shapes.Of(Output).Axes;
        var candidates = Index.Inputs.Where(input => Shapes.Of(input) is { IsFloatingPoint: true, Axes.Count: >= 3 }).ToList();
        var alike = candidates.Where(input => output is not null && Shapes.Of(input).Axes!.SequenceEqual(output)).ToList();
        return alike.Count == 1 ? alike[0]
            : LatentNames.FirstOrDefault(name => (alike.Count > 0 ? alike : candidates).Contains(name))
            ?? throw new ModelSplitException(
                $"'{File.Path}': none of the inputs {string.Join(", ", Index.Inputs)} could be told to be the latents; name it (--latent).");
    }

    private string? FindTimestep(string? asked)
    {
        if (asked is not null && !Index.Inputs.Contains(asked))
        {
            throw new ModelSplitException($"'{File.Path}' has no input '{asked}'; it has {string.Join(", ", Index.Inputs)}.");
        }

        return asked ?? TimestepNames.FirstOrDefault(Index.Inputs.Contains);
    }
}
