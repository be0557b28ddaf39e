using System.Collections.Immutable;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// Stable Diffusion 3 and 3.5: a transformer over patches of 2 × 2 latent pixels, which reads two CLIP encoders' penultimate states side by side with
/// T5's states below them, or zeros where the folder has no T5 (diffusers, <c>StableDiffusion3Pipeline</c>).
/// </summary>
public sealed class StableDiffusion3Recipe : PipelineRecipe
{
    private const int ClipLength = 77;
    private const int UsualT5Length = 256;

    /// <summary>From this version on diffusers makes the zeros in T5's place as long as T5's states would be.</summary>
    private static readonly Version LongZeros = new(0, 35);

    /// <inheritdoc/>
    public override string Name => "Stable Diffusion 3";

    /// <inheritdoc/>
    public override string Family => ModelFamily.StableDiffusion3;

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; } = ["StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline", "StableDiffusion3InpaintPipeline"];

    /// <inheritdoc/>
    public override ImmutableArray<PipelinePart> Parts { get; } =
    [
        .. CommonParts.Text(1, "makes the first part of CLIP's states and of the pooled text", outputs: [RecipeEncoding.Penultimate, "text_embeds"]),
        .. CommonParts.Text(2, "makes the second part of CLIP's states and of the pooled text", outputs: [RecipeEncoding.Penultimate, "text_embeds"]),
        .. CommonParts.Text(3, "makes T5's states; the model draws without them as well", isRequired: false, "last_hidden_state"),
        CommonParts.Transformer, CommonParts.Scheduler, CommonParts.VaeDecoder, CommonParts.VaeEncoder,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> RequiredInputs { get; } = ["hidden_states", "timestep", "encoder_hidden_states", "pooled_projections"];

    /// <inheritdoc/>
    public override string UsualScheduler => """{"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0}""";

    /// <inheritdoc/>
    public override int UsualTextLength => ClipLength + UsualT5Length;

    /// <inheritdoc/>
    public override SchedulerContext Scheduling => new() { IsFlow = true };

    /// <inheritdoc/>
    public override PictureDefaults DefaultsOf(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var latent = LatentOf(folder);
        var side = (folder.Denoiser.Settings.Integer("sample_size") ?? 128) * latent.Factor;
        var most = (folder.Denoiser.Settings.Integer("pos_embed_max_size") ?? 192) * latent.Patch * latent.Factor;
        return new PictureDefaults(28, 7, PictureSizes.MultiplesOf(latent.Multiple, new(side, side), latent.Multiple, most, latent.Reason));
    }

    /// <inheritdoc/>
    public override LatentForm LatentOf(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var patch = folder.Denoiser.Settings.Integer("patch_size", 1, 64) ?? 2;
        var settings = folder.Find("vae_decoder")?.Settings ?? PartSettings.Read(Path.Combine(folder.Path, "vae_decoder", "config.json"));
        return LatentForm.Of(settings, 16, 1.5305f, 0.0609f, patch, $"the transformer reads tokens of {patch} × {patch} latent pixels") with { Patch = patch };
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Check(DiffusersFolder folder) =>
        EncoderRules.Widths(folder, "pooled_projections", ("text_encoder", "text_embeds"), ("text_encoder_2", "text_embeds"))
            .Concat(EncoderRules.Widths(folder, "encoder_hidden_states", ("text_encoder_3", "last_hidden_state")));

    /// <inheritdoc/>
    public override int FirstStep(int steps, float strength) => (int)Math.Max(steps - Math.Min(steps * strength, steps), 0);

    /// <inheritdoc/>
    public override DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(encoding);
        encoding.Refuse(request, RequestFeatures.TrueGuidance | RequestFeatures.SizeConditioning);
        var guidance = Math.Max(1, request.Guidance ?? encoding.Defaults.Guidance);
        var texts = guidance > 1 ? new[] { request.Prompt, request.NegativePrompt ?? "" } : [request.Prompt];
        var first = encoding.Run("text_encoder", texts, RecipeEncoding.OwnLength, RecipeEncoding.Penultimate, "text_embeds");
        var second = encoding.Run("text_encoder_2", texts, RecipeEncoding.OwnLength, RecipeEncoding.Penultimate, "text_embeds");
        var width = encoding.WidthOf("encoder_hidden_states");
        var third = T5(request, encoding, texts, width);
        var inputs = texts.Select((_, i) =>
        {
            var clip = EncodedState.SideBySide(first[i][0], second[i][0]).Widen(width);
            return new Dictionary<string, InputValue>
            {
                ["encoder_hidden_states"] = EncodedState.OneBelowTheOther(clip, third[i]).Numbers,
                ["pooled_projections"] = EncodedState.SideBySide(first[i][1], second[i][1]).Numbers,
            };
        }).ToArray();
        return new DenoiserInputs(inputs[0], inputs.Length > 1 ? inputs[1] : null, guidance);
    }

    private static EncodedState[] T5(PictureRequest request, RecipeEncoding encoding, string[] texts, int width)
    {
        if (encoding.Folder.Find("text_encoder_3") is not null)
        {
            var length = encoding.TextLength("encoder_hidden_states", request.MaxSequenceLength, UsualT5Length, ClipLength);
            return [.. encoding.Run("text_encoder_3", texts, length, "last_hidden_state").Select(s => s[0])];
        }

        var usual = encoding.Folder.DiffusersVersion >= LongZeros ? request.MaxSequenceLength ?? UsualT5Length : ClipLength;
        var rows = encoding.TextLength("encoder_hidden_states", null, usual, ClipLength);
        return [.. texts.Select(_ => new EncodedState(new float[rows * width], rows, width))];
    }
}
