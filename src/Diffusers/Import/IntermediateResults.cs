using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>About how much memory the intermediate results of a pipeline take for one picture, by the shapes in its graphs.</summary>
internal static class IntermediateResults
{
    /// <summary>Bytes for one evaluation of the denoiser.</summary>
    /// <param name="folder">The pipeline.</param>
    /// <param name="layout">The stages, with the sizes of a picture.</param>
    /// <returns><see langword="null"/> where the shapes in the graph do not follow from its inputs.</returns>
    public static long? OfStages(DiffusersFolder folder, DenoiserLayout layout)
    {
        long lanes = LanesOf(folder);
        return OnnxActivations.PeakBytes(folder.Denoiser.GraphPath, port =>
        {
            var known = layout.Inputs.FirstOrDefault(input => input.Name == port.Name)?.Shape ?? (port.Axes.Count > 2 ? layout.Latent.Primary.Shape : null);
            long[] sizes = known is null ? [] : [.. known.Dimensions.ToArray().Select(axis => (long)axis.Size)];
            long[]? all = port.Axes.Count == sizes.Length ? sizes : port.Axes.Count == sizes.Length + 1 ? [lanes, .. sizes] : null;
            return all is null ? null : [.. all.Select((size, axis) => port.Axes[axis].Value ?? size)];
        });
    }

    /// <summary>Bytes for decoding a picture that is not drawn in tiles.</summary>
    /// <inheritdoc cref="OfStages" path="/returns"/>
    public static long? OfDecoder(DiffusersFolder folder, PictureSize size)
    {
        var latent = folder.Recipe.LatentOf(folder);
        return folder.Find("vae_decoder") is { } vae
            ? OnnxActivations.PeakBytes(vae.GraphPath, port => port.Axes.Count == 4 ? [1, latent.Channels, latent.HeightOf(size), latent.WidthOf(size)] : null)
            : null;
    }

    // Both branches of classifier-free guidance run as one batch; a distilled model has one branch, and a fixed batch takes one at a time.
    private static int LanesOf(DiffusersFolder folder) =>
        folder.Defaults.Guidance > 1 && folder.Denoiser.Ports.Input("guidance") is null && folder.Denoiser.Ports.Input("timestep_cond") is null ? 2 : 1;
}
