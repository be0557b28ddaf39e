using System.Collections.Immutable;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// Stable Diffusion 1 and 2: a U-Net over latents of an eighth of the picture, which attends to the last hidden states of CLIP's text encoder
/// (diffusers, <c>StableDiffusionPipeline</c>).
/// </summary>
public class StableDiffusionRecipe : PipelineRecipe
{
    private const float UsualScale = 0.18215f;
    private const int UsualLevels = 4;

    /// <inheritdoc/>
    public override string Name => "Stable Diffusion";

    /// <inheritdoc/>
    public override string Family => ModelFamily.StableDiffusion;

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; } = ["StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline"];

    /// <inheritdoc/>
    public override ImmutableArray<PipelinePart> Parts { get; } =
    [
        .. CommonParts.Text(1, "turns the prompt into the states that the U-Net attends to", outputs: "last_hidden_state"), CommonParts.UNet, CommonParts.Scheduler, CommonParts.VaeDecoder, CommonParts.VaeEncoder,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> RequiredInputs { get; } = ["sample", "timestep", "encoder_hidden_states"];

    /// <inheritdoc/>
    public override string Prediction => "epsilon";

    /// <inheritdoc/>
    public override string UsualScheduler =>
        """{"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "skip_prk_steps": true, "set_alpha_to_one": false, "steps_offset": 1}""";

    /// <inheritdoc/>
    public override bool Recognises(OnnxSignature denoiser, Func<string, bool> hasPart) =>
        base.Recognises(denoiser, hasPart) && denoiser.Input("text_embeds") is null && denoiser.Input("timestep_cond") is null;

    /// <inheritdoc/>
    public override SchedulerContext Scheduling => new() { IsFlow = false };

    /// <inheritdoc/>
    public override PictureDefaults DefaultsOf(DiffusersFolder folder) => UNetRules.Defaults(folder, LatentOf(folder), 50, 7.5f, 64);

    /// <inheritdoc/>
    public override LatentForm LatentOf(DiffusersFolder folder) => UNetRules.Latent(folder, UsualScale, UsualLevels);

    /// <inheritdoc/>
    public override IEnumerable<string> Check(DiffusersFolder folder) => UNetRules.Check(folder)
        .Concat(EncoderRules.Widths(folder, "encoder_hidden_states", ("text_encoder", "last_hidden_state")));

    /// <inheritdoc/>
    public override DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(encoding);
        encoding.Refuse(request, RequestFeatures.TrueGuidance | RequestFeatures.SequenceLength | RequestFeatures.SizeConditioning);
        var scale = request.Guidance ?? encoding.Defaults.Guidance;
        var isDistilled = encoding.Reads("timestep_cond");
        var guidance = isDistilled ? 1 : Math.Max(1, scale);
        var texts = guidance > 1 ? new[] { request.Prompt, request.NegativePrompt ?? "" } : [request.Prompt];
        var states = encoding.Run("text_encoder", texts, RecipeEncoding.OwnLength, "last_hidden_state");
        var text = states.Select(s => Inputs(s[0], isDistilled ? scale : null, encoding)).ToArray();
        return new DenoiserInputs(text[0], text.Length > 1 ? text[1] : null, guidance);
    }

    private static Dictionary<string, InputValue> Inputs(EncodedState state, float? embedded, RecipeEncoding encoding)
    {
        var inputs = new Dictionary<string, InputValue> { ["encoder_hidden_states"] = state.Numbers };
        if (embedded is { } scale)
        {
            inputs["timestep_cond"] = UNetRules.EmbedGuidance(scale - 1, encoding.WidthOf("timestep_cond"));
        }

        return inputs;
    }
}
