using System.Security.Cryptography;
using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>What a split wrote.</summary>
/// <param name="Directory">The model's directory.</param>
/// <param name="Description">The model's boundaries and stages.</param>
/// <param name="BytesWritten">Bytes that were written, graphs and weights; links to existing weights cost none.</param>
/// <param name="Notices">What a person should know, a sentence each.</param>
public sealed record SplitResult(string Directory, DenoiserDescription Description, long BytesWritten, IReadOnlyList<string> Notices);

/// <summary>Splits an exported ONNX denoiser into stages that run under every caching policy.</summary>
public static class DenoiserSplitter
{
    // A fingerprint reads every byte: larger models go without.
    private const long FingerprintBelow = 8L << 30;

    /// <summary>Writes the stages of a model, the whole model under the same names, and a manifest.</summary>
    /// <param name="path">The model's ONNX file.</param>
    /// <param name="directory">The directory to make; it must not exist. It is filled beside its place and renamed when it is whole.</param>
    /// <param name="options">What to do differently from what is found; none by default.</param>
    /// <param name="verify">
    /// Called before the directory gets its name, with the path of the manifest, beside which the stages lie, and the path of the whole model with
    /// every boundary's tensors as further outputs; what it throws undoes the split.
    /// </param>
    /// <param name="cancellationToken">Ends the split between two stages and undoes it.</param>
    /// <exception cref="OnnxFormatException">The file is damaged.</exception>
    /// <exception cref="ModelSplitException">The model cannot be cut so.</exception>
    /// <exception cref="IOException">The target exists or cannot be written; nothing is left behind.</exception>
    public static SplitResult Split(
        string path, string directory, SplitOptions? options = null, Action<string, string>? verify = null, CancellationToken cancellationToken = default) =>
        Split(path, directory, options, verify, static file => new FileStream(file, FileMode.CreateNew, FileAccess.Write), cancellationToken);

    /// <summary>The same with every file that is written opened by <paramref name="create"/>.</summary>
    internal static SplitResult Split(
        string path, string directory, SplitOptions? options, Action<string, string>? verify, Func<string, Stream> create, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new SplitOptions();
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Path.Exists(target))
        {
            throw new IOException($"'{directory}' exists already; name a directory that does not, or remove it first.");
        }

        var file = OnnxModelFile.Load(path);
        var plan = SplitPlanner.Plan(new DenoiserGraph(file, options), options);
        CheckPrediction(options.Prediction);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            var (written, notices) = Fill(temporary, plan, options, verify, create, cancellationToken);
            Directory.Move(temporary, target);
            return new SplitResult(target, DenoiserDescription.Of(plan), written, notices);
        }
        catch (Exception failure)
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            if (failure is IOException full && DiskFull.Is(full))
            {
                throw DiskFull.Explain(full, directory);
            }

            throw;
        }
    }

    private static (long Written, List<string> Notices) Fill(
        string folder, SplitPlan plan, SplitOptions options, Action<string, string>? verify, Func<string, Stream> create, CancellationToken cancellationToken)
    {
        var file = plan.Graph.File;
        var files = new List<string>();
        using var weights = new WeightStore(file, folder, create);
        if (StageGraphWriter.WritePrelude(plan) is { } prelude)
        {
            files.Add(ManifestWriter.PreludeFile);
            Save(prelude, files[^1]);
        }

        for (var stage = 0; stage < plan.Boundaries.Count - 1; stage++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            files.Add(ManifestWriter.StageFile(plan, stage));
            Save(StageGraphWriter.Write(plan, stage), files[^1]);
        }

        Save(StageGraphWriter.WriteWhole(plan, withBoundaries: false), ManifestWriter.WholeFile);
        const string probe = "verification.onnx";
        if (verify is not null)
        {
            Save(StageGraphWriter.WriteWhole(plan, withBoundaries: true), probe);
        }

        // What is verified and fingerprinted is on the disk.
        weights.Dispose();
        var fingerprint = Fingerprint(folder, [.. files, .. weights.Files]);
        // Until everything is done the manifest has a name by which nobody loads it.
        var unfinished = Path.Combine(folder, ManifestWriter.FileName + ".unfinished");
        using (var manifest = create(unfinished))
        {
            var name = options.Name ?? Path.GetFileNameWithoutExtension(file.Path);
            ManifestWriter.Write(manifest, plan, name, options.Prediction ?? DefaultPrediction(plan.Family), weights.Files, fingerprint, options.Sections);
        }

        AddFiles(folder, options.Files);

        verify?.Invoke(unfinished, Path.Combine(folder, probe));
        File.Delete(Path.Combine(folder, probe));
        File.Move(unfinished, Path.Combine(folder, ManifestWriter.FileName));
        var graphs = files.Append(ManifestWriter.WholeFile).Append(ManifestWriter.FileName).Concat(options.Files.Keys).Sum(name => new FileInfo(Path.Combine(folder, name)).Length);
        return (weights.BytesWritten + graphs, weights.Notices);

        void Save(GraphProto graph, string name)
        {
            weights.Externalise(graph);
            var model = new ModelProto { IrVersion = file.IrVersion, ProducerName = "CachePolicies", Graph = graph };
            model.OpsetImport.AddRange(file.Model.OpsetImport);
            model.Functions.AddRange(file.Model.Functions);
            OnnxModelFile.Save(model, Path.Combine(folder, name), create);
        }
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

    private static void CheckPrediction(string? prediction)
    {
        if (prediction is not (null or "velocity" or "epsilon"))
        {
            throw new ModelSplitException($"The prediction '{prediction}' is not known; 'velocity' or 'epsilon' is right.");
        }
    }

    private static string DefaultPrediction(DenoiserFamily family) => family switch
    {
        DenoiserFamily.DualThenSingleStream or DenoiserFamily.DualStream or DenoiserFamily.Video => "velocity",
        _ => "epsilon",
    };

    private static string? Fingerprint(string folder, IReadOnlyList<string> files)
    {
        if (files.Sum(file => new FileInfo(Path.Combine(folder, file)).Length) >= FingerprintBelow)
        {
            return null;
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var file in files)
        {
            using var stream = File.OpenRead(Path.Combine(folder, file));
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                digest.AppendData(buffer, 0, read);
            }
        }

        return "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
