namespace CachePolicies.Splitting;

/// <summary>What each input of a denoiser is.</summary>
internal sealed class DenoiserInputs
{
    private static readonly string[] LatentNames =
        ["latent/image", "hidden_states", "sample", "latent_model_input", "latents", "latent", "noisy_latents", "x", "img", "image"];

    private static readonly string[] TimestepNames = ["timestep", "timesteps", "t", "time", "sigma", "sigmas", "time_step", "time_steps", "timestep_input", "noise_level"];

    private readonly OnnxGraphIndex _index;
    private readonly ShapeTable _shapes;
    private readonly string _path;

    public DenoiserInputs(OnnxGraphIndex index, ShapeTable shapes, string output, SplitOptions options, string path)
    {
        _index = index;
        _shapes = shapes;
        _path = path;
        Latent = FindLatent(options.LatentInput, output);
        Timestep = FindTimestep(options.TimestepInput);
    }

    /// <summary>The input that holds the noisy latents.</summary>
    public string Latent { get; }

    /// <summary>The input that holds the timestep, or <see langword="null"/>.</summary>
    public string? Timestep { get; }

    /// <summary>What a person should know, or <see langword="null"/>.</summary>
    public string? Notice => Timestep is null
        ? $"No input of '{_path}' has a timestep's name, so none is filled for each evaluation: {string.Join(", ", _index.Inputs.Where(input => input != Latent).DefaultIfEmpty("there is none"))}. Where one of them is the timestep, name it with --timestep."
        : null;

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

        var rank = _shapes.Of(input).Axes?.Count ?? 0;
        return input switch
        {
            _ when input.Contains("mask", StringComparison.OrdinalIgnoreCase) => "mask",
            _ when input.Contains("guidance", StringComparison.OrdinalIgnoreCase) || input == "timestep_cond" => "guidance",
            _ when input.Contains("down_block", StringComparison.Ordinal) || input.Contains("mid_block", StringComparison.Ordinal) || input.Contains("controlnet", StringComparison.OrdinalIgnoreCase) => "control",
            "text_ids" or "input_ids" => "text",
            "time_ids" or "add_time_ids" => "size",
            "text_embeds" or "add_text_embeds" => "pooled text",
            _ when input.EndsWith("_ids", StringComparison.Ordinal) => "positions",
            _ when input.Contains("pool", StringComparison.OrdinalIgnoreCase) || input is "y" or "vec" => "pooled text",
            _ when input.Contains("rotary", StringComparison.OrdinalIgnoreCase) || input.Contains("freqs", StringComparison.OrdinalIgnoreCase) => "positions",
            _ when input.Contains("encoder", StringComparison.Ordinal) || input is "context" or "txt" or "prompt_embeds" or "caption" => "text",
            _ => rank == 3 ? "text" : "other",
        };
    }

    private string FindLatent(string? asked, string output)
    {
        if (asked is not null)
        {
            return Existing(asked);
        }

        var axes = _shapes.Of(output).Axes;
        var candidates = _index.Inputs.Where(input => _shapes.Of(input) is { IsFloatingPoint: true, Axes.Count: >= 3 }).ToList();
        var alike = candidates.Where(input => axes is not null && _shapes.Of(input).Axes!.SequenceEqual(axes)).ToList();
        return alike.Count == 1 ? alike[0]
            : LatentNames.FirstOrDefault(name => (alike.Count > 0 ? alike : candidates).Contains(name))
            ?? throw new ModelSplitException(
                $"'{_path}': none of the inputs {string.Join(", ", _index.Inputs)} could be told to be the latents; name it (--latent).");
    }

    private string? FindTimestep(string? asked) => asked is not null ? Existing(asked) : TimestepNames.FirstOrDefault(_index.Inputs.Contains);

    private string Existing(string asked) => _index.Inputs.Contains(asked)
        ? asked
        : throw new ModelSplitException($"'{_path}' has no input '{asked}'; it has {string.Join(", ", _index.Inputs)}.");
}
