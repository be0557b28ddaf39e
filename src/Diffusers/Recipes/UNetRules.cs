using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>What the pipelines over U-Nets have in common.</summary>
internal static class UNetRules
{
    /// <param name="folder">The pipeline.</param>
    /// <param name="scale">The VAE's scale where its settings do not say.</param>
    /// <param name="usualLevels">The U-Net's levels where its settings do not say.</param>
    public static LatentForm Latent(DiffusersFolder folder, float scale, int usualLevels)
    {
        // The traced graph of a U-Net of n levels lacks the correction for odd sides: its latent can be halved n − 1 times.
        var levels = folder.Denoiser.Settings.Count("block_out_channels") ?? usualLevels;
        var channels = (int)(Made(folder) ?? Read(folder) ?? 4);
        var settings = folder.Find("vae_decoder")?.Settings ?? PartSettings.Read(Path.Combine(folder.Path, "vae_decoder", "config.json"));
        return LatentForm.Of(settings, channels, scale, 0, 1 << (levels - 1), $"the latent is smaller than the picture and the U-Net halves it {levels - 1} times");
    }

    public static PictureDefaults Defaults(DiffusersFolder folder, LatentForm latent, int steps, float guidance, int usualSide)
    {
        var side = (folder.Denoiser.Settings.Integer("sample_size") ?? usualSide) * latent.Factor;
        return new PictureDefaults(steps, guidance, PictureSizes.MultiplesOf(latent.Multiple, new(side, side), latent.Multiple, 8192, latent.Reason));
    }

    /// <summary>Whether a U-Net was trained to fill in pictures: beside the latent it reads the mask and the latent of the masked picture.</summary>
    public static bool FillsIn(DiffusersFolder folder) => folder.Denoiser.Ports.Input("sample") is not null && Read(folder) is { } read && Made(folder) is { } made && read == (2 * made) + 1;

    public static IEnumerable<string> Check(DiffusersFolder folder)
    {
        if (folder.Denoiser.Settings.Integer("in_channels") is { } said && Read(folder) is { } read && said != read)
        {
            yield return $"unet reads {read} channels, and its config.json says in_channels {said}: graph and settings are of two models.";
        }
        else if (Read(folder) is { } all && Made(folder) is { } made && all != made && !FillsIn(folder))
        {
            yield return $"unet reads {all} channels and makes {made}: what the others hold is not known. A U-Net that fills in pictures reads {(2 * made) + 1}.";
        }

        if (FillsIn(folder) && folder.Find("vae_encoder") is null)
        {
            yield return "vae_encoder is missing: unet fills in pictures, and reads the latent of the masked picture.";
        }

        if (folder.Denoiser.Settings.Text("class_embed_type") is { } classes)
        {
            yield return $"unet has class embeddings ('{classes}'), which are not implemented.";
        }
    }

    private static long? Read(DiffusersFolder folder) => folder.Denoiser.Ports.Input("sample")?.SizeFromEnd(3) ?? folder.Denoiser.Settings.Integer("in_channels");

    private static long? Made(DiffusersFolder folder) => folder.Denoiser.Settings.Integer("out_channels") ?? folder.Denoiser.Ports.Outputs[0].SizeFromEnd(3);

    /// <summary>The embedding of a guidance scale that a distilled U-Net reads (arXiv 2310.04378): sines and cosines of 1,000 w at falling frequencies.</summary>
    public static float[] EmbedGuidance(float scale, int width)
    {
        var half = width / 2;
        var embedding = new float[width];
        var step = MathF.Log(10_000) / (half - 1);
        for (var i = 0; i < half; i++)
        {
            var angle = scale * 1000 * MathF.Exp(i * -step);
            (embedding[half + i], embedding[i]) = (MathF.Cos(angle), MathF.Sin(angle));
        }

        return embedding;
    }
}
