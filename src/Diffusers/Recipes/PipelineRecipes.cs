using System.Collections.Immutable;

namespace CachePolicies.Diffusers;

/// <summary>The recipes that the package brings.</summary>
public static class PipelineRecipes
{
    /// <summary>All of them; those that ask for more inputs come first, so that a folder without an index is known by its denoiser.</summary>
    public static ImmutableArray<PipelineRecipe> All { get; } =
    [
        new FluxRecipe(),
        new StableDiffusion3Recipe(),
        new StableDiffusionXLRecipe(),
        new LatentConsistencyRecipe(),
        new StableDiffusionRecipe(),
    ];

    internal static ImmutableArray<string> DenoiserNames { get; } = ["transformer", "unet"];
}
