namespace CachePolicies.Diffusers;

/// <summary>The parts that most pipelines have, with what they are for.</summary>
public static class CommonParts
{
    /// <summary><c>unet</c>.</summary>
    public static PipelinePart UNet { get; } = new("unet", PartKind.Denoiser, "predicts the noise at each step");

    /// <summary><c>transformer</c>.</summary>
    public static PipelinePart Transformer { get; } = new("transformer", PartKind.Denoiser, "predicts the velocity at each step");

    /// <summary><c>scheduler</c>; a recipe knows a usual one.</summary>
    public static PipelinePart Scheduler { get; } = new("scheduler", PartKind.Scheduler, "says which noise levels the steps have", IsRequired: false);

    /// <summary><c>vae_decoder</c>.</summary>
    public static PipelinePart VaeDecoder { get; } = new("vae_decoder", PartKind.VaeDecoder, "turns the final latent into the picture");

    /// <summary><c>vae_encoder</c>, for image to image.</summary>
    public static PipelinePart VaeEncoder { get; } = new("vae_encoder", PartKind.VaeEncoder, "turns a picture to start from into a latent", IsRequired: false);

    /// <summary>A text encoder with its tokenizer.</summary>
    /// <param name="number">1 for <c>text_encoder</c>, 2 for <c>text_encoder_2</c> …</param>
    /// <param name="purpose">What the encoder is for.</param>
    /// <param name="isRequired">Whether there is no picture without it.</param>
    /// <param name="outputs">What is read of it; <see cref="RecipeEncoding.Penultimate"/> for the state before the last.</param>
    public static IEnumerable<PipelinePart> Text(int number, string purpose, bool isRequired = true, params string[] outputs)
    {
        var suffix = number == 1 ? "" : $"_{number}";
        yield return new($"tokenizer{suffix}", PartKind.Tokenizer, $"turns the prompt into the token ids that text_encoder{suffix} reads", isRequired);
        yield return new($"text_encoder{suffix}", PartKind.TextEncoder, purpose, isRequired) { Outputs = [.. outputs] };
    }
}
