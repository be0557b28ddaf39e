using System.Collections.Immutable;
using CachePolicies.Onnx;

namespace CachePolicies.Diffusers;

/// <summary>Finds out what a folder is and collects everything that is wrong with it.</summary>
internal sealed class FolderReader(string path, IReadOnlyList<PipelineRecipe> recipes)
{
    private const int ShownProblems = 20;

    private readonly List<string> _problems = [];
    private readonly Dictionary<string, OnnxSignature?> _signatures = new(StringComparer.Ordinal);

    /// <summary>The graph in a subfolder: <c>model.onnx</c>, or the only ONNX file.</summary>
    public static string? GraphIn(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var usual = Path.Combine(folder, "model.onnx");
        return File.Exists(usual) ? usual : Directory.GetFiles(folder, "*.onnx") is [var only] ? only : null;
    }

    public DiffusersFolder Read()
    {
        if (!Directory.Exists(path))
        {
            throw new DiffusersFolderException($"There is no folder '{path}'.");
        }

        var index = PartSettings.Read(Path.Combine(path, DiffusersFolder.IndexFile));
        var recipe = RecipeOf(index);
        var parts = ImmutableDictionary.CreateBuilder<string, FolderPart>(StringComparer.Ordinal);
        foreach (var part in recipe.Parts)
        {
            if (Find(part) is { } found)
            {
                parts[part.Name] = found;
            }
        }

        var folder = new DiffusersFolder(path, recipe, index, parts.ToImmutable());
        if (_problems.Count == 0)
        {
            _problems.AddRange(FolderRules.Check(folder));
        }

        ThrowIfWrong($"'{path}' is not a whole {recipe.Name} pipeline");
        return folder;
    }

    private PipelineRecipe RecipeOf(PartSettings index)
    {
        if (index.Exists)
        {
            var name = index.Text("_class_name")
                ?? throw new DiffusersFolderException($"'{index.Path}' lacks '_class_name', which names the pipeline's class.");
            return recipes.FirstOrDefault(r => r.IsOfClass(name)) ?? throw new DiffusersFolderException(
                $"'{index.Path}' is of the class '{Shown(name)}', for which there is no recipe. There are recipes for {string.Join(", ", recipes.Select(r => r.Classes[0]).Distinct())}; a class of your own can be derived from PipelineRecipe.");
        }

        var denoisers = recipes.Select(r => r.DenoiserName).Distinct().Where(n => GraphIn(Path.Combine(path, n)) is not null).ToArray();
        if (denoisers.Length != 1)
        {
            throw new DiffusersFolderException(denoisers.Length == 0
                ? $"'{path}' is not a pipeline: it has neither {DiffusersFolder.IndexFile} nor a subfolder {string.Join(" or ", recipes.Select(r => r.DenoiserName).Distinct())} with an ONNX graph. Expected a folder that 'optimum-cli export onnx' wrote."
                : $"'{path}' mixes two families: it has {string.Join(" and ", denoisers)}, and a pipeline has one of them.");
        }

        var signature = SignatureOf(denoisers[0]);
        ThrowIfWrong($"'{path}' cannot be read");
        return recipes.FirstOrDefault(r => r.DenoiserName == denoisers[0] && r.Recognises(signature!, HasPart)) ?? throw new DiffusersFolderException(
            $"'{path}' has no {DiffusersFolder.IndexFile}, and the inputs of {denoisers[0]} ({string.Join(", ", signature!.Inputs.Select(i => i.Name))}) are those of no recipe. There are recipes for {string.Join(", ", recipes.Select(r => r.Name))}.");
    }

    private bool HasPart(string name) => Directory.Exists(Path.Combine(path, name));

    private FolderPart? Find(PipelinePart part)
    {
        var folder = Path.Combine(path, part.Name);
        var graph = part.IsGraph ? GraphIn(folder) : null;
        if (part.IsGraph ? graph is null : !Directory.Exists(folder))
        {
            if (part.IsRequired)
            {
                var what = !Directory.Exists(folder) ? $"{part.Name} is missing" : Directory.GetFiles(folder, "*.onnx") is { Length: > 1 } several
                    ? $"{part.Name} has {string.Join(" and ", several.Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(4))}, and which of them is meant is not known; call it model.onnx"
                    : $"{part.Name} has no model.onnx";
                _problems.Add($"{what}: it {part.Purpose}.");
            }

            return null;
        }

        var signature = graph is null ? null : SignatureOf(part.Name, part.Purpose);
        if (graph is not null && signature is null)
        {
            return null;
        }

        try
        {
            return new FolderPart(part, folder, graph, signature, PartSettings.Read(Path.Combine(folder, "config.json")), graph is null ? 0 : SizeOf(folder));
        }
        catch (InvalidDataException damaged)
        {
            _problems.Add(damaged.Message);
            return null;
        }
    }

    private OnnxSignature? SignatureOf(string name, string? purpose = null)
    {
        if (_signatures.TryGetValue(name, out var known))
        {
            return known;
        }

        try
        {
            return _signatures[name] = OnnxSignature.Read(GraphIn(Path.Combine(path, name))!);
        }
        catch (Exception damaged) when (damaged is OnnxFormatException or IOException or UnauthorizedAccessException)
        {
            _problems.Add(purpose is null ? damaged.Message : $"{name} is damaged ({damaged.Message.TrimEnd('.')}): it {purpose}.");
            return _signatures[name] = null;
        }
    }

    private void ThrowIfWrong(string what)
    {
        if (_problems.Count > 0)
        {
            var shown = _problems.Take(ShownProblems).Concat(_problems.Count > ShownProblems ? [$"{_problems.Count - ShownProblems} more."] : []);
            throw new DiffusersFolderException($"{what}: {string.Join(" ", shown)}", _problems);
        }
    }

    private static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Where(f => f.Name.Contains(".onnx", StringComparison.Ordinal)).Sum(f => f.Length);

    private static string Shown(string text) => string.Concat((text.Length > 60 ? text[..60] + "…" : text).Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
