using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>What the pipelines over U-Nets have in common.</summary>
internal static class UNetRules
{
    public static LatentForm Latent(DiffusersFolder folder, float scale)
    {
        // The traced graph of a U-Net of n levels lacks the correction for odd sides: its latent can be halved n − 1 times.
        var levels = folder.Denoiser.Settings.Count("block_out_channels") ?? 4;
        var channels = (int)(folder.Denoiser.Settings.Integer("in_channels") ?? folder.Denoiser.Ports.Input("sample")?.SizeFromEnd(3) ?? 4);
        var settings = folder.Find("vae_decoder")?.Settings ?? PartSettings.Read(Path.Combine(folder.Path, "vae_decoder", "config.json"));
        return LatentForm.Of(settings, channels, scale, 0, 1 << (levels - 1), $"the latent is smaller than the picture and the U-Net halves it {levels - 1} times");
    }

    public static PictureDefaults Defaults(DiffusersFolder folder, LatentForm latent, int steps, float guidance, int usualSide)
    {
        var side = (folder.Denoiser.Settings.Integer("sample_size") ?? usualSide) * latent.Factor;
        return new PictureDefaults(steps, guidance, PictureSizes.MultiplesOf(latent.Multiple, new(side, side), latent.Multiple, 8192, latent.Reason));
    }

    /// <summary>A U-Net that reads more channels than it makes was trained to fill in pictures.</summary>
    public static IEnumerable<string> Check(DiffusersFolder folder)
    {
        var read = folder.Denoiser.Settings.Integer("in_channels");
        var made = folder.Denoiser.Settings.Integer("out_channels");
        if (read is { } r && made is { } m && r != m)
        {
            yield return $"unet reads {r} channels and makes {m}: it was trained to fill in pictures with the mask among its inputs, which is not implemented. A U-Net of {m} channels can fill in pictures with a mask.";
        }

        if (folder.Denoiser.Settings.Text("class_embed_type") is { } classes)
        {
            yield return $"unet has class embeddings ('{classes}'), which are not implemented.";
        }
    }

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
