using System.Collections.Immutable;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// Latent consistency models (arXiv 2310.04378): Stable Diffusion's U-Net distilled to a few steps, which is told the guidance scale as an embedding and
/// needs no negative prompt (diffusers, <c>LatentConsistencyModelPipeline</c>).
/// </summary>
public sealed class LatentConsistencyRecipe : StableDiffusionRecipe
{
    /// <inheritdoc/>
    public override string Name => "Latent Consistency";

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; } = ["LatentConsistencyModelPipeline", "LatentConsistencyModelImg2ImgPipeline"];

    /// <inheritdoc/>
    public override ImmutableArray<string> RequiredInputs { get; } = ["sample", "timestep", "encoder_hidden_states", "timestep_cond"];

    /// <inheritdoc/>
    public override string UsualScheduler =>
        """{"_class_name": "LCMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "original_inference_steps": 50, "set_alpha_to_one": true, "steps_offset": 1}""";

    /// <inheritdoc/>
    public override bool Recognises(OnnxSignature denoiser, Func<string, bool> hasPart)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return RequiredInputs.All(n => denoiser.Input(n) is not null) && denoiser.Input("text_embeds") is null;
    }

    /// <inheritdoc/>
    public override PictureDefaults DefaultsOf(DiffusersFolder folder) => UNetRules.Defaults(folder, LatentOf(folder), 4, 8.5f, 64);
}
