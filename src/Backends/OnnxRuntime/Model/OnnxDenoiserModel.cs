using System.Collections.Immutable;
using CachePolicies.Models;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A staged ONNX model that is open on a backend. Owns the sessions of its stages; borrows the backend.</summary>
public sealed class OnnxDenoiserModel : IDisposable
{
    /// <summary>The most bytes of files whose fingerprint is verified when a model is opened without saying.</summary>
    public const long VerifiedByDefaultBelow = 256L << 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ImmutableArray<OnnxStage> _stages;
    private readonly OnnxStage? _prelude;

    private OnnxDenoiserModel(string directory, ModelManifest manifest, StagedDenoiser denoiser, ImmutableArray<OnnxStage> stages, OnnxStage? prelude)
    {
        Directory = directory;
        Manifest = manifest;
        Denoiser = denoiser;
        _stages = stages;
        _prelude = prelude;
    }

    /// <summary>Where the model lies.</summary>
    public string Directory { get; }

    /// <summary>What the model says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The layout with its stages, on the backend. Valid until the model is disposed of.</summary>
    public StagedDenoiser Denoiser { get; }

    /// <summary>
    /// Tensors that a stage reads in host memory although features lie on the device, as <c>stage: tensor</c>: each is copied at each run. Empty on
    /// the CPU, and elsewhere where the provider has a kernel for every operator that reads an input.
    /// </summary>
    public ImmutableArray<string> HostCopies => [.. (_prelude is null ? _stages : _stages.Add(_prelude)).SelectMany(s => s.Session.CopiedInputs.Select(i => $"{s.Name}: {i}"))];

    internal ImmutableArray<OnnxStage> Stages => _stages;

    /// <summary>Opens the stages of a model.</summary>
    /// <param name="directory">The directory with <c>manifest.json</c>.</param>
    /// <param name="backend">Where it runs; borrowed, and to be disposed of after the model.</param>
    /// <param name="verify">
    /// Whether the fingerprint is compared with the files, which reads all of them; by default where they are smaller than <see cref="VerifiedByDefaultBelow"/>.
    /// </param>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the manifest contradicts the graphs.</exception>
    /// <exception cref="NotSupportedException">The provider has no arithmetic for an element type of the model.</exception>
    public static OnnxDenoiserModel Load(string directory, OnnxRuntimeBackend backend, bool? verify = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(backend);
        var manifest = ManifestReader.Read(directory);
        if (verify ?? (SizeOf(directory, manifest) < VerifiedByDefaultBelow))
        {
            ModelFingerprint.Verify(directory, manifest);
        }

        return Open(directory, manifest, backend);
    }

    /// <summary>Opens the unsplit denoiser of a model, as a layout with one stage from latent to output.</summary>
    /// <param name="directory">The directory with <c>manifest.json</c>.</param>
    /// <param name="backend">Where it runs; borrowed, and to be disposed of after the model.</param>
    /// <exception cref="InvalidModelException">The model has none, a file is missing or damaged, or the manifest contradicts the graph.</exception>
    /// <exception cref="NotSupportedException">The provider has no arithmetic for an element type of the model.</exception>
    public static OnnxDenoiserModel LoadUnsplit(string directory, OnnxRuntimeBackend backend)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(backend);
        var manifest = ManifestReader.Read(directory);
        var file = manifest.Denoiser
            ?? throw new InvalidModelException($"The model '{manifest.Name}' in '{directory}' has no unsplit denoiser; its manifest names none.");
        var (first, last) = (manifest.Boundaries[0], manifest.Boundaries[^1]);
        var stage = new ManifestStage { Name = "denoiser", File = file, From = first.Name, To = last.Name };
        return Open(directory, manifest with { Prelude = null, Boundaries = [first, last], Stages = [stage] }, backend);
    }

    /// <summary>
    /// Ends the stages that run, waits for them within ten seconds, and closes the sessions; a stage that takes longer frees its session when it ends.
    /// What a running generation uses is never freed under it: it gets an <see cref="ObjectDisposedException"/> from the stage that it runs or runs next.
    /// </summary>
    public void Dispose()
    {
        var all = _prelude is null ? _stages : _stages.Add(_prelude);
        foreach (var stage in all)
        {
            stage.Dispose();
        }

        var left = LongestWait;
        foreach (var stage in all)
        {
            var began = Environment.TickCount64;
            stage.Session.Wait(left);
            left -= TimeSpan.FromMilliseconds(Math.Min(left.TotalMilliseconds, Environment.TickCount64 - began));
        }
    }

    private static OnnxDenoiserModel Open(string directory, ModelManifest manifest, OnnxRuntimeBackend backend)
    {
        backend.RequireElementTypes(manifest.Inputs.Concat(PreludeTensors(manifest)).Concat(manifest.Boundaries.SelectMany(b => b.Tensors)).Select(t => t.Type), manifest.Name);
        var stages = ImmutableArray.CreateBuilder<OnnxStage>(manifest.Stages.Length);
        var descriptors = ImmutableArray.CreateBuilder<StageDescriptor>(manifest.Stages.Length);
        (OnnxStage Stage, ImmutableArray<string> Reads)? prelude = null;
        try
        {
            prelude = OpenPrelude(directory, manifest, backend);
            for (var i = 0; i < manifest.Stages.Length; i++)
            {
                var (stage, reads) = OpenStage(directory, manifest, i, backend);
                stages.Add(stage);
                descriptors.Add(new StageDescriptor(stage.Name, reads));
            }

            var layout = LayoutOf(directory, manifest, descriptors.ToImmutable(), prelude?.Reads);
            return new OnnxDenoiserModel(directory, manifest, new StagedDenoiser(layout, [.. stages], backend, prelude?.Stage) { RunsLanesApart = manifest.Batch is not null }, stages.ToImmutable(), prelude?.Stage);
        }
        catch
        {
            foreach (var stage in stages)
            {
                stage.Dispose();
            }

            prelude?.Stage.Dispose();
            throw;
        }
    }

    private static (OnnxStage Stage, ImmutableArray<string> Reads)? OpenPrelude(string directory, ModelManifest manifest, OnnxRuntimeBackend backend) =>
        manifest.Prelude is { } prelude
            ? OpenGraph(directory, prelude.File, PreludeDescriptor.Name, backend, InputsOf(manifest), PreludeDescriptor.Name, prelude.Tensors, mayCapture: false, manifest.Batch)
            : null;

    private static (OnnxStage Stage, ImmutableArray<string> Reads) OpenStage(string directory, ModelManifest manifest, int index, OnnxRuntimeBackend backend)
    {
        var (stage, target) = (manifest.Stages[index], manifest.Boundaries[index + 1]);
        return OpenGraph(directory, stage.File, stage.Name, backend, KnownBefore(manifest, index), target.Name, target.Tensors, mayCapture: true, manifest.Batch);
    }

    private static (OnnxStage Stage, ImmutableArray<string> Reads) OpenGraph(
        string directory,
        string file,
        string name,
        OnnxRuntimeBackend backend,
        Dictionary<string, TensorDescriptor> known,
        string target,
        ImmutableArray<ManifestTensor> tensors,
        bool mayCapture,
        int? batch)
    {
        var session = OpenSession(Path.Combine(directory, file), name, backend);
        try
        {
            GraphChecks.CheckInputs(session, file, known, batch);
            GraphChecks.CheckOutputs(session, file, target, tensors, batch);
            ImmutableArray<string> reads = [.. session.InputNames];
            var ports = new SessionPorts(reads, [.. tensors.Select(t => $"{target}/{t.Name}")], []);
            return (new OnnxStage(name, new BoundSession(backend.Device, session, ports, $"the stage '{name}'", mayCapture)), reads);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static InferenceSession OpenSession(string path, string stage, OnnxRuntimeBackend backend)
    {
        try
        {
            return backend.Device.Sessions.Open(path);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidModelException(
                $"The stage '{stage}' cannot be opened on {backend.Selection.Chosen} from '{path}': {RuntimeMessages.WhyNotOpened(failure.Message)}.",
                failure);
        }
    }

    private static ImmutableArray<ManifestTensor> PreludeTensors(ModelManifest manifest) => manifest.Prelude?.Tensors ?? [];

    private static Dictionary<string, TensorDescriptor> InputsOf(ModelManifest manifest)
    {
        var known = new Dictionary<string, TensorDescriptor>(StringComparer.Ordinal);
        foreach (var input in manifest.Inputs)
        {
            known[input.Name] = input.ToDescriptor();
        }

        return known;
    }

    // What a stage may read: the denoiser's inputs, what the prelude made, and whatever exists at its own boundary or before.
    private static Dictionary<string, TensorDescriptor> KnownBefore(ModelManifest manifest, int stage)
    {
        var known = InputsOf(manifest);
        foreach (var tensor in PreludeTensors(manifest))
        {
            known[$"{PreludeDescriptor.Name}/{tensor.Name}"] = tensor.ToDescriptor();
        }

        foreach (var boundary in manifest.Boundaries.Take(stage + 1))
        {
            foreach (var tensor in boundary.Tensors)
            {
                known[$"{boundary.Name}/{tensor.Name}"] = tensor.ToDescriptor();
            }
        }

        return known;
    }

    private static DenoiserLayout LayoutOf(string directory, ModelManifest manifest, ImmutableArray<StageDescriptor> stages, ImmutableArray<string>? preludeReads)
    {
        if (manifest.Inputs.FirstOrDefault(i => !stages.Any(s => s.Reads.Contains(i.Name)) && preludeReads?.Contains(i.Name) != true) is { } unread)
        {
            throw new InvalidModelException($"The manifest in '{directory}' has the input '{unread.Name}', which no stage reads.");
        }

        try
        {
            return new DenoiserLayout(
                manifest.Name,
                [.. manifest.Inputs.Select(t => t.ToDescriptor())],
                [.. manifest.Boundaries.Select(b => new Boundary(b.Name, b.Role, [.. b.Tensors.Select(t => t.ToDescriptor())]))],
                stages,
                manifest.Fingerprint ?? "",
                preludeReads is { } reads ? new PreludeDescriptor(reads, [.. PreludeTensors(manifest).Select(t => t.ToDescriptor())]) : null)
            {
                Family = manifest.Family,
            };
        }
        catch (InvalidLayoutException failure)
        {
            throw new InvalidModelException($"The manifest in '{directory}' contradicts itself: {failure.Message}", failure);
        }
    }

    private static long SizeOf(string directory, ModelManifest manifest) =>
        ManifestReader.FilesOf(manifest).Sum(f => new FileInfo(Path.Combine(directory, f)).Length);
}
