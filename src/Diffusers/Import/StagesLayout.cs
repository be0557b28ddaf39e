using CachePolicies.Models;
using CachePolicies.Onnx;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>The layout of stages in a folder, read from the manifest and the graphs' declarations: no session is opened.</summary>
internal static class StagesLayout
{
    /// <exception cref="InvalidModelException">The manifest or a graph is damaged.</exception>
    public static DenoiserLayout Read(string directory)
    {
        var manifest = ManifestReader.Read(directory);
        string[] ReadsOf(string file) => [.. OnnxSignature.Read(Path.Combine(directory, file)).Inputs.Select(i => i.Name)];
        return new DenoiserLayout(
            manifest.Name,
            [.. manifest.Inputs.Select(t => t.ToDescriptor())],
            [.. manifest.Boundaries.Select(b => new Boundary(b.Name, b.Role, [.. b.Tensors.Select(t => t.ToDescriptor())]))],
            [.. manifest.Stages.Select(s => new StageDescriptor(s.Name, [.. ReadsOf(s.File)]))],
            manifest.Fingerprint ?? "",
            manifest.Prelude is { } prelude ? new PreludeDescriptor([.. ReadsOf(prelude.File)], [.. prelude.Tensors.Select(t => t.ToDescriptor())]) : null)
        {
            Family = manifest.Family,
        };
    }

    /// <summary>The layout for a picture of a size, with text of the family's usual length.</summary>
    /// <exception cref="InvalidModelException">The manifest or a graph is damaged.</exception>
    public static DenoiserLayout Read(string directory, DiffusersFolder folder, PictureSize size)
    {
        var layout = Read(directory);
        return layout.IsConcrete ? layout : layout.Bind(AxisSizes.Usual(layout, folder.Recipe, folder.Recipe.LatentOf(folder), size));
    }
}
