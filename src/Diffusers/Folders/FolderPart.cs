using CachePolicies.Onnx;

namespace CachePolicies.Diffusers;

/// <summary>A part of a pipeline as it is in a folder.</summary>
/// <param name="Part">What the pipeline says of it.</param>
/// <param name="Directory">The subfolder.</param>
/// <param name="Graph">The ONNX file, where the part is a graph.</param>
/// <param name="Signature">What the graph reads and writes, where there is one.</param>
/// <param name="Settings">Its <c>config.json</c>, or none.</param>
/// <param name="Bytes">The size of the graph with its weights.</param>
public sealed record FolderPart(PipelinePart Part, string Directory, string? Graph, OnnxSignature? Signature, PartSettings Settings, long Bytes)
{
    /// <summary>The subfolder's name.</summary>
    public string Name => Part.Name;

    /// <summary>The graph's file.</summary>
    /// <exception cref="InvalidOperationException">The part is not a graph.</exception>
    public string GraphPath => Graph ?? throw new InvalidOperationException($"'{Name}' is not a graph.");

    /// <summary>Tells one state of the graph's file from another: place, size and time of the last change.</summary>
    internal string Fingerprint => $"{Path.GetFullPath(GraphPath)}|{Bytes}|{File.GetLastWriteTimeUtc(GraphPath).Ticks}";

    /// <summary>What the graph reads and writes.</summary>
    /// <exception cref="InvalidOperationException">The part is not a graph.</exception>
    public OnnxSignature Ports => Signature ?? throw new InvalidOperationException($"'{Name}' is not a graph.");
}
