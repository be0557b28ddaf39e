using System.Collections.Immutable;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// Stable Diffusion XL and its turbo models: a U-Net that attends to the penultimate states of two text encoders side by side, and is told the second
/// one's projected text and the picture's sizes (diffusers, <c>StableDiffusionXLPipeline</c>).
/// </summary>
public sealed class StableDiffusionXLRecipe : PipelineRecipe
{
    private const float UsualScale = 0.13025f;
    private const int UsualLevels = 3;

    /// <inheritdoc/>
    public override string Name => "Stable Diffusion XL";

    /// <inheritdoc/>
    public override string Family => ModelFamily.StableDiffusionXL;

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; } = ["StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLInpaintPipeline"];

    /// <inheritdoc/>
    public override ImmutableArray<PipelinePart> Parts { get; } =
    [
        .. CommonParts.Text(1, "makes the first half of the states that the U-Net attends to", outputs: RecipeEncoding.Penultimate),
        .. CommonParts.Text(2, "makes the second half of the states, and the projected text", outputs: [RecipeEncoding.Penultimate, "text_embeds"]),
        CommonParts.UNet, CommonParts.Scheduler, CommonParts.VaeDecoder, CommonParts.VaeEncoder,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> RequiredInputs { get; } = ["sample", "timestep", "encoder_hidden_states", "text_embeds", "time_ids"];

    /// <inheritdoc/>
    public override string Prediction => "epsilon";

    /// <inheritdoc/>
    public override string UsualScheduler =>
        """{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "timestep_spacing": "leading", "steps_offset": 1}""";

    /// <inheritdoc/>
    public override SchedulerContext Scheduling => new() { IsFlow = false };

    /// <inheritdoc/>
    public override PictureDefaults DefaultsOf(DiffusersFolder folder) => UNetRules.Defaults(folder, LatentOf(folder), 50, 5, 128);

    /// <inheritdoc/>
    public override LatentForm LatentOf(DiffusersFolder folder) => UNetRules.Latent(folder, UsualScale, UsualLevels);

    /// <inheritdoc/>
    public override IEnumerable<string> Check(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var problems = UNetRules.Check(folder)
            .Concat(EncoderRules.Widths(folder, "encoder_hidden_states", ("text_encoder", RecipeEncoding.Penultimate), ("text_encoder_2", RecipeEncoding.Penultimate)))
            .Concat(EncoderRules.Widths(folder, "text_embeds", ("text_encoder_2", "text_embeds")));
        return folder.Denoiser.Ports.Input("time_ids")?.SizeFromEnd(1) is { } width and not 6
            ? problems.Append($"unet reads {width} time_ids; expected 6 (original size, crop, target size). A refiner is not implemented.")
            : problems;
    }

    /// <inheritdoc/>
    public override DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(encoding);
        encoding.Refuse(request, RequestFeatures.TrueGuidance | RequestFeatures.SequenceLength);
        var scale = request.Guidance ?? encoding.Defaults.Guidance;
        var isDistilled = encoding.Reads("timestep_cond");
        var guidance = isDistilled ? 1 : Math.Max(1, scale);
        var withoutText = request.NegativePrompt is null && (encoding.Folder.Index.Flag("force_zeros_for_empty_prompt") ?? true);
        var texts = guidance > 1 && !withoutText ? new[] { request.Prompt, request.NegativePrompt ?? "" } : [request.Prompt];
        var first = encoding.Run("text_encoder", texts, RecipeEncoding.OwnLength, RecipeEncoding.Penultimate);
        var second = encoding.Run("text_encoder_2", texts, RecipeEncoding.OwnLength, RecipeEncoding.Penultimate, "text_embeds");
        var inputs = new List<Dictionary<string, InputValue>>();
        for (var i = 0; i < texts.Length; i++)
        {
            inputs.Add(Inputs(EncodedState.SideBySide(first[i][0], second[i][0]).Numbers, second[i][1].Numbers));
        }

        if (guidance > 1 && withoutText)
        {
            inputs.Add(Inputs(new float[inputs[0]["encoder_hidden_states"].Numbers.Length], new float[inputs[0]["text_embeds"].Numbers.Length]));
        }

        return new DenoiserInputs(inputs[0], inputs.Count > 1 ? inputs[1] : null, guidance);

        Dictionary<string, InputValue> Inputs(float[] states, float[] projected)
        {
            var one = new Dictionary<string, InputValue> { ["encoder_hidden_states"] = states, ["text_embeds"] = projected, ["time_ids"] = TimeIds(request, encoding.Size) };
            if (isDistilled)
            {
                one["timestep_cond"] = UNetRules.EmbedGuidance(scale - 1, encoding.WidthOf("timestep_cond"));
            }

            return one;
        }
    }

    /// <summary>Original height and width, crop's top and left, target height and width.</summary>
    private static float[] TimeIds(PictureRequest request, PictureSize size)
    {
        var original = request.OriginalSize ?? size;
        var target = request.TargetSize ?? size;
        return [original.Height, original.Width, request.CropTopLeft.Top, request.CropTopLeft.Left, target.Height, target.Width];
    }
}
