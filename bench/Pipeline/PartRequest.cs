using System.Text.Json.Serialization;

namespace CachePolicies.Bench;

/// <summary>What a process of its own measures.</summary>
/// <param name="What">Which measurement.</param>
/// <param name="Folder">The pipeline's folder, its denoiser cut into stages.</param>
/// <param name="Side">Pixels of the picture's sides.</param>
/// <param name="Threads">Threads of ONNX Runtime.</param>
/// <param name="Rounds">Rounds of timed steps.</param>
/// <param name="Growth">How the arena in host memory grows.</param>
internal sealed record PartRequest(MeasuredPart What, string Folder, int Side, int Threads, int Rounds = 1, string Growth = "Doubling");

/// <summary>A measurement.</summary>
internal enum MeasuredPart
{
    /// <summary>Opens the unsplit denoiser and runs two steps.</summary>
    Whole,

    /// <summary>Opens the stages and runs two steps.</summary>
    Staged,

    /// <summary>Steps of both in turn.</summary>
    Steps,

    /// <summary>A picture from its prompt.</summary>
    Picture,
}

/// <summary>A figure that a part found.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Seconds or bytes.</param>
internal sealed record PartFigure(string Name, double Value);

[JsonSerializable(typeof(PartRequest))]
[JsonSerializable(typeof(PartFigure[]))]
internal sealed partial class PartJson : JsonSerializerContext;
