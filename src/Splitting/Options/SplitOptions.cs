using System.Text.Json;

namespace CachePolicies.Splitting;

/// <summary>What a person may say about a model that its graph does not, or that should differ from what is found.</summary>
public sealed class SplitOptions
{
    /// <summary>The model's name in the manifest.</summary>
    /// <value>The default, <see langword="null"/>, is the file's name without its extension.</value>
    public string? Name { get; set; }

    /// <summary>The input that holds the noisy latents.</summary>
    /// <value>The default, <see langword="null"/>, finds it: by the output's shape, then by the usual names.</value>
    public string? LatentInput { get; set; }

    /// <summary>The input that holds the timestep; it is called <c>timestep</c> in the manifest.</summary>
    /// <value>The default, <see langword="null"/>, finds it by the usual names.</value>
    public string? TimestepInput { get; set; }

    /// <summary>How many structure blocks run before the boundary <c>structure.probe</c>.</summary>
    /// <value>The default is 1; at least 1 and fewer than the structure blocks.</value>
    public int ProbeDepth { get; set; } = 1;

    /// <summary>How many blocks of a single stack define the structure.</summary>
    /// <value>The default, <see langword="null"/>, is half of them; models with two stacks have it from their architecture.</value>
    public int? StructureBlocks { get; set; }

    /// <summary>What the output is: <c>velocity</c> or <c>epsilon</c>.</summary>
    /// <value>The default, <see langword="null"/>, is velocity for transformers with two streams and for video, epsilon for the others.</value>
    public string? Prediction { get; set; }

    /// <summary>The model's family, by which policies find their published settings.</summary>
    /// <value>The default, <see langword="null"/>, is the kind of graph that is found.</value>
    public string? Family { get; set; }

    /// <summary>Whether the model and its stages run on the same random inputs, at two sizes where sizes are free, and are compared at every boundary.</summary>
    /// <value>The default, <see langword="null"/>, does so where the weights are smaller than 4 GB and a run takes little memory.</value>
    public bool? Verify { get; set; }

    /// <summary>Whether the model's file is removed when the split is made and verified; the new directory holds the whole model too.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DropOriginal { get; set; }

    /// <summary>Cuts beside or instead of those that are found: the boundary's name, then the graph's values that are its state.</summary>
    public IDictionary<string, IReadOnlyList<string>> Cuts { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Signals beside those that are found: <c>boundary/name</c>, then the graph's value.</summary>
    public IDictionary<string, string> Signals { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Sections of the manifest that no graph contains (how text becomes an input, how the model was trained), by name; written as they are.</summary>
    public IDictionary<string, JsonElement> Sections { get; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Files that the sections name: the name in the model's directory, then the path to copy it from.</summary>
    public IDictionary<string, string> Files { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
