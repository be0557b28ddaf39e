using CachePolicies.Files;
using CachePolicies.Models;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>What a split wrote.</summary>
/// <param name="Directory">The model's directory.</param>
/// <param name="Description">The model's boundaries and stages.</param>
/// <param name="BytesWritten">Bytes that were written, graphs and weights; links to existing weights cost none.</param>
/// <param name="Notices">What a person should know, a sentence each.</param>
/// <param name="Verification">What the proof found; <see langword="null"/> where nothing was verified.</param>
public sealed record SplitResult(string Directory, DenoiserDescription Description, long BytesWritten, IReadOnlyList<string> Notices, SplitVerification? Verification)
{
    /// <summary>The manifest that was written, without further sections.</summary>
    public required ModelManifest Manifest { get; init; }
}

/// <summary>Splits an exported ONNX denoiser into stages that run under every caching policy.</summary>
public static class DenoiserSplitter
{
    /// <summary>
    /// What the name of an input ends with that was taken apart from the latents' input: where a model reads more channels than it makes, the first ones are the
    /// noisy latents and the rest is conditioning, such as the mask and the masked picture of models that fill in pictures.
    /// </summary>
    public const string ConditionSuffix = ConditionChannels.Suffix;

    // A fingerprint reads every byte: larger models go without.
    private const long FingerprintBelow = 8L << 30;

    // A model whose weights are larger is verified only where it is asked for: the proof holds it in memory twice.
    private const long VerifiedBelow = 4L << 30;

    // Weights inside the model are given to the runtime with it where they are smaller.
    private const long InMemoryBelow = 512L << 20;

    /// <summary>Writes the stages of a model, the whole model under the same names, and a manifest.</summary>
    /// <param name="onnxFile">The model's ONNX file.</param>
    /// <param name="outputFolder">The directory to make; it must not exist. It is filled beside its place and renamed when it is whole.</param>
    /// <param name="options">What to do differently from what is found; none by default.</param>
    /// <param name="cancellationToken">Ends the split, and undoes it.</param>
    /// <exception cref="OnnxFormatException">The file is damaged.</exception>
    /// <exception cref="ModelSplitException">The model cannot be cut so, or the stages do not compute what it computes.</exception>
    /// <exception cref="IOException">The target exists or cannot be written; nothing is left behind.</exception>
    public static SplitResult Split(string onnxFile, string outputFolder, SplitOptions? options = null, CancellationToken cancellationToken = default) =>
        Split(onnxFile, outputFolder, options, static file => new FileStream(file, FileMode.CreateNew, FileAccess.Write), cancellationToken);

    /// <summary>The same with every file that is written opened by <paramref name="create"/>.</summary>
    internal static SplitResult Split(string onnxFile, string outputFolder, SplitOptions? options, Func<string, Stream> create, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        options ??= new SplitOptions();
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        if (Path.Exists(target))
        {
            throw new IOException($"'{outputFolder}' exists already; name a directory that does not, or remove it first.");
        }

        var file = OnnxModelFile.Load(onnxFile);
        var plan = SplitPlanner.Plan(file, options);
        SplitResult result;
        try
        {
            using var draft = FolderDraft.Create(target);
            result = Fill(draft.Path, plan, options, create, cancellationToken) with { Directory = target };
            draft.Complete();
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw DiskFull.Explain(full, outputFolder);
        }

        return options.DropOriginal ? Drop(result, file) : result;
    }

    private static SplitResult Fill(string folder, SplitPlan plan, SplitOptions options, Func<string, Stream> create, CancellationToken cancellationToken)
    {
        var file = plan.Graph.File;
        var notices = new List<string>();
        using var weights = new WeightStore(file, folder, [.. plan.Files, ManifestBuilder.WholeFile, ModelManifest.FileName, ManifestBuilder.UnfinishedFile], create);
        if (StageGraphWriter.WritePrelude(plan) is { } prelude)
        {
            Save(prelude, SplitPlan.PreludeFile);
        }

        for (var stage = 0; stage < plan.Boundaries.Count - 1; stage++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Save(StageGraphWriter.Write(plan, stage), plan.StageFile(stage));
        }

        Save(StageGraphWriter.WriteWhole(plan, withBoundaries: false), ManifestBuilder.WholeFile);

        // What is verified and fingerprinted is on the disk.
        weights.Dispose();
        var manifest = ManifestBuilder.Build(plan, options.Name ?? Path.GetFileNameWithoutExtension(file.Path), options.Family, PredictionOf(plan, options), weights.Files);
        manifest = manifest with { Fingerprint = Fingerprint(folder, [.. ManifestReader.FilesOf(manifest)], cancellationToken) };
        // Until everything is done the manifest has a name by which nobody loads it.
        var unfinished = Path.Combine(folder, ManifestBuilder.UnfinishedFile);
        using (var stream = create(unfinished))
        {
            ManifestWriter.Write(stream, manifest, options.Sections);
        }

        AddFiles(folder, options.Files);
        var description = DenoiserDescription.Of(plan);
        var verification = options.Verify ?? description.WeightBytes < VerifiedBelow
            ? SplitVerification.Run(plan, folder, Whole(), options.Verify == true, notices.Add, cancellationToken)
            : null;
        File.Move(unfinished, Path.Combine(folder, ModelManifest.FileName));
        var graphs = plan.Files.Append(ManifestBuilder.WholeFile).Append(ModelManifest.FileName).Concat(options.Files.Keys).Sum(name => new FileInfo(Path.Combine(folder, name)).Length);
        return new SplitResult(folder, description, weights.BytesWritten + graphs, [.. weights.Notices, .. notices], verification) { Manifest = manifest };

        void Save(GraphProto graph, string name)
        {
            weights.Externalise(graph);
            using var stream = create(Path.Combine(folder, name));
            OnnxModelFile.Write(Model(graph), name, stream);
        }

        ModelProto Model(GraphProto graph)
        {
            var model = new ModelProto { IrVersion = file.IrVersion, ProducerName = "CachePolicies", Graph = graph };
            model.OpsetImport.AddRange(plan.Graph.Model.OpsetImport);
            return model;
        }

        // The source's own weights, where they are. Behind links, which the runtime does not follow, and where they would be in memory several times, their copies.
        (IMessage, string) Whole()
        {
            var graph = StageGraphWriter.WriteWhole(plan, withBoundaries: true);
            if (description.WeightBytesInside < InMemoryBelow && !file.ExternalTensors.Any(tensor => WeightStore.IsBehindLink(file.Folder, tensor.FullPath)))
            {
                return (Model(graph), file.Folder);
            }

            weights.Externalise(graph);
            return (Model(graph), folder);
        }
    }

    private static SplitResult Drop(SplitResult result, OnnxModelFile file)
    {
        if (result.Verification is null)
        {
            return result with { Notices = [.. result.Notices, $"'{file.Path}' was kept: the split was not verified."] };
        }

        var length = new FileInfo(file.Path).Length;
        File.Delete(file.Path);
        return result with { Notices = [.. result.Notices, $"'{file.Path}' ({length} bytes) was removed: '{ManifestBuilder.WholeFile}' in the new directory is the same model."] };
    }

    private static void AddFiles(string folder, IDictionary<string, string> files)
    {
        foreach (var (name, path) in files)
        {
            var copy = Path.Combine(folder, name);
            if (File.Exists(copy))
            {
                throw new ModelSplitException($"The file '{path}' cannot be called '{name}' in the model's directory, which has one of that name already; rename it.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    private static ModelPrediction PredictionOf(SplitPlan plan, SplitOptions options) => options.Prediction switch
    {
        "velocity" => ModelPrediction.Velocity,
        "epsilon" => ModelPrediction.Epsilon,
        _ when plan.Family is DenoiserFamily.DualThenSingleStream or DenoiserFamily.DualStream or DenoiserFamily.Video => ModelPrediction.Velocity,
        _ => ModelPrediction.Epsilon,
    };

    private static string? Fingerprint(string folder, IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        files.Sum(file => new FileInfo(Path.Combine(folder, file)).Length) < FingerprintBelow ? ModelFingerprint.Compute(folder, files, cancellationToken) : null;
}
