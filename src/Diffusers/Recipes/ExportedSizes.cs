using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>The sizes that graphs were exported for, where they leave none free.</summary>
internal static class ExportedSizes
{
    private const int LongestSide = 1 << 16;

    // Exporters call the denoiser's latent so.
    private static readonly string[] LatentNames = ["sample", "hidden_states"];

    /// <summary>What a request that leaves something open gets, with the one size that denoiser or VAE were exported for, where they were.</summary>
    public static PictureDefaults Restrict(PictureDefaults defaults, DiffusersFolder folder)
    {
        var factor = folder.Recipe.LatentOf(folder).Factor;
        foreach (var part in new[] { folder.Denoiser, folder.Find("vae_decoder") })
        {
            if (part is not null && LatentOf(part) is { } size)
            {
                return defaults with { Sizes = PictureSizes.Fixed(size.Width * factor, size.Height * factor) };
            }
        }

        return defaults;
    }

    /// <summary>How many image tokens a denoiser over packed latents was exported for, or <see langword="null"/> where their number is free.</summary>
    public static int? TokensOf(FolderPart denoiser) =>
        denoiser.Ports.Input("hidden_states") is { Axes.Count: 3 } port && port.SizeFromEnd(2) is { } tokens and > 0 and < LongestSide * 16 ? (int)tokens : null;

    /// <summary>The columns and rows of the latent, where a graph fixes both.</summary>
    private static PictureSize? LatentOf(FolderPart part)
    {
        var port = LatentNames.Select(part.Ports.Input).FirstOrDefault(p => p is not null) ?? (part.Ports.Inputs is [var first, ..] ? first : null);
        return port is { Axes.Count: 4 } && port.SizeFromEnd(2) is { } rows and > 0 and < LongestSide && port.SizeFromEnd(1) is { } columns and > 0 and < LongestSide
            ? new PictureSize((int)columns, (int)rows)
            : null;
    }
}
