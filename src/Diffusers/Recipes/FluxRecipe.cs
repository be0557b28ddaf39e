using System.Collections.Immutable;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// FLUX.1, dev and schnell: a transformer over packed latents, which reads T5's states and CLIP's pooled text. Dev is told its guidance as a number;
/// classifier-free guidance on top of it ("true guidance") needs a negative prompt (diffusers, <c>FluxPipeline</c>).
/// </summary>
public sealed class FluxRecipe : PipelineRecipe
{
    private const int UsualT5Length = 512;

    /// <inheritdoc/>
    public override string Name => "FLUX";

    /// <inheritdoc/>
    public override string Family => ModelFamily.Flux;

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes { get; } = ["FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline"];

    /// <inheritdoc/>
    public override ImmutableArray<PipelinePart> Parts { get; } =
    [
        .. CommonParts.Text(1, "makes the pooled text (CLIP)", outputs: "pooler_output"),
        .. CommonParts.Text(2, "makes the states that the transformer attends to (T5)", outputs: "last_hidden_state"),
        CommonParts.Transformer, CommonParts.Scheduler, CommonParts.VaeDecoder, CommonParts.VaeEncoder,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string> RequiredInputs { get; } = ["hidden_states", "timestep", "encoder_hidden_states", "pooled_projections", "img_ids", "txt_ids"];

    /// <inheritdoc/>
    public override string UsualScheduler =>
        """{"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0, "use_dynamic_shifting": true, "base_shift": 0.5, "max_shift": 1.15, "base_image_seq_len": 256, "max_image_seq_len": 4096}""";

    /// <inheritdoc/>
    public override int UsualTextLength => UsualT5Length;

    /// <inheritdoc/>
    public override SchedulerContext Scheduling => new() { EvenSigmas = true, TimestepScale = 1, IsFlow = true };

    /// <inheritdoc/>
    public override PictureDefaults DefaultsOf(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var latent = LatentOf(folder);
        var tokens = Math.Sqrt(ExportedSizes.TokensOf(folder.Denoiser) ?? 0);
        var side = tokens >= 1 && tokens == Math.Floor(tokens) ? (int)tokens * latent.Multiple : 1024;
        var sizes = PictureSizes.MultiplesOf(latent.Multiple, new(side, side), latent.Multiple, 8192, latent.Reason);
        return folder.Denoiser.Ports.Input("guidance") is null ? new PictureDefaults(4, 0, sizes) : new PictureDefaults(28, 3.5f, sizes);
    }

    /// <inheritdoc/>
    public override LatentForm LatentOf(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var settings = folder.Find("vae_decoder")?.Settings ?? PartSettings.Read(Path.Combine(folder.Path, "vae_decoder", "config.json"));
        return LatentForm.Of(settings, 16, 0.3611f, 0.1159f, 2, "the latent is packed two by two") with { IsPacked = true, Patch = 2 };
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Check(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var problems = EncoderRules.Widths(folder, "pooled_projections", ("text_encoder", "pooler_output"))
            .Concat(EncoderRules.Widths(folder, "encoder_hidden_states", ("text_encoder_2", "last_hidden_state")));
        return folder.Denoiser.Ports.Input("timestep") is { Type: OnnxElementType.Int64 or OnnxElementType.Int32 }
            ? problems.Append("transformer reads 'timestep' as whole numbers, and FLUX's are noise levels between 0 and 1: export it with a timestep in a floating-point type.")
            : problems;
    }

    /// <inheritdoc/>
    public override int FirstStep(int steps, float strength) => (int)Math.Max(steps - Math.Min(steps * strength, steps), 0);

    /// <inheritdoc/>
    public override DenoiserInputs Encode(PictureRequest request, RecipeEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(encoding);
        encoding.Refuse(request, RequestFeatures.SizeConditioning);
        var scale = request is { TrueGuidance: > 1, NegativePrompt: not null } ? request.TrueGuidance.Value : 1;
        if (request is { TrueGuidance: > 1, NegativePrompt: null })
        {
            encoding.Note("True guidance was left out: it needs a negative prompt.");
        }

        var length = encoding.TextLength("encoder_hidden_states", request.MaxSequenceLength, UsualT5Length);
        var texts = scale > 1 ? new[] { request.Prompt, request.NegativePrompt! } : [request.Prompt];
        var pooled = encoding.Run("text_encoder", texts, RecipeEncoding.OwnLength, "pooler_output");
        var states = encoding.Run("text_encoder_2", texts, length, "last_hidden_state");
        var inputs = texts.Select((_, i) =>
        {
            var one = new Dictionary<string, InputValue>
            {
                ["encoder_hidden_states"] = states[i][0].Numbers,
                ["pooled_projections"] = pooled[i][0].Numbers,
                ["txt_ids"] = new float[3 * length],
                ["img_ids"] = ImagePositions(encoding),
            };
            if (encoding.Reads("guidance"))
            {
                one["guidance"] = new[] { request.Guidance ?? encoding.Defaults.Guidance };
            }

            return one;
        }).ToArray();
        return new DenoiserInputs(inputs[0], inputs.Length > 1 ? inputs[1] : null, scale);
    }

    /// <summary>For each token 0, its row and its column.</summary>
    private static float[] ImagePositions(RecipeEncoding encoding)
    {
        var (rows, columns) = (encoding.Latent.HeightOf(encoding.Size) / 2, encoding.Latent.WidthOf(encoding.Size) / 2);
        var ids = new float[3 * rows * columns];
        for (var i = 0; i < rows * columns; i++)
        {
            (ids[(3 * i) + 1], ids[(3 * i) + 2]) = (i / columns, i % columns);
        }

        return ids;
    }
}
