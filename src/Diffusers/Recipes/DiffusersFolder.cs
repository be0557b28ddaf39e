using System.Collections.Concurrent;
using System.Collections.Immutable;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// A folder with a pipeline as <c>optimum-cli export onnx</c> writes it: subfolders with graphs, tokenizers and settings. Opening it reads settings and
/// the graphs' declarations; no session is opened and no weight is read.
/// </summary>
public sealed class DiffusersFolder
{
    /// <summary>The file that names the pipeline's class and parts.</summary>
    public const string IndexFile = "model_index.json";

    private readonly ConcurrentDictionary<string, IPromptTokenizer> _tokenizers = new(StringComparer.Ordinal);

    internal DiffusersFolder(string path, PipelineRecipe recipe, PartSettings index, ImmutableDictionary<string, FolderPart> parts) =>
        (Path, Recipe, Index, Parts) = (path, recipe, index, parts);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>How pictures are made with it.</summary>
    public PipelineRecipe Recipe { get; }

    /// <summary><c>model_index.json</c>, or nothing.</summary>
    public PartSettings Index { get; }

    /// <summary>The parts that are there, by the names of their subfolders.</summary>
    public ImmutableDictionary<string, FolderPart> Parts { get; }

    /// <summary>The graph that is evaluated at each step.</summary>
    public FolderPart Denoiser => Parts[Recipe.DenoiserName];

    /// <summary>Steps, guidance and sizes that a request gets which does not say: the recipe's, or the one size that the graphs were exported for.</summary>
    /// <exception cref="InvalidDataException">The settings of a part cannot be right.</exception>
    public PictureDefaults Defaults => ExportedSizes.Restrict(Recipe.DefaultsOf(this), this);

    /// <summary>The name in messages: the folder's.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>The version of diffusers that the folder was written by, or <see langword="null"/>.</summary>
    public Version? DiffusersVersion =>
        Index.Text("_diffusers_version") is { } text && Version.TryParse(string.Concat(text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')).TrimEnd('.'), out var version) ? version : null;

    /// <summary>Whether a folder looks like a pipeline: it has <see cref="IndexFile"/>, or a denoiser in a subfolder.</summary>
    public static bool IsPipeline(string path) =>
        File.Exists(System.IO.Path.Combine(path, IndexFile)) || PipelineRecipes.DenoiserNames.Any(n => FolderReader.GraphIn(System.IO.Path.Combine(path, n)) is not null);

    /// <summary>Opens a folder with one of the recipes that the package brings.</summary>
    /// <inheritdoc cref="Open(string, IReadOnlyList{PipelineRecipe})"/>
    public static DiffusersFolder Open(string path) => Open(path, PipelineRecipes.All);

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recipes">The recipes that it may be of, the likeliest first; one's own among them.</param>
    /// <exception cref="DiffusersFolderException">
    /// The folder is not there, of a class without a recipe, or parts are missing, damaged or of different families: everything is said at once.
    /// </exception>
    public static DiffusersFolder Open(string path, IReadOnlyList<PipelineRecipe> recipes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(recipes);
        try
        {
            return new FolderReader(path, recipes).Read();
        }
        catch (InvalidDataException damaged)
        {
            throw new DiffusersFolderException(damaged.Message);
        }
    }

    /// <summary>The tokenizer in a subfolder, read when it is first asked for.</summary>
    /// <exception cref="TokenizerException">A file is missing or damaged.</exception>
    public IPromptTokenizer Tokenizer(string name) => _tokenizers.GetOrAdd(name, n => PromptTokenizer.Open(System.IO.Path.Combine(Path, n)));

    /// <summary>A part by its name, or <see langword="null"/> where the folder lacks it.</summary>
    public FolderPart? Find(string name) => Parts.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => $"{Recipe.Name} in '{Path}'";
}
