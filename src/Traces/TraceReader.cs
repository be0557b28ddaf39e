using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace CachePolicies.Traces;

/// <summary>A tensor that a trace holds at a boundary in every step.</summary>
/// <param name="Name">Its name there; <see cref="TraceReader.PrimaryName"/> for the primary one.</param>
/// <param name="Kind">State, or a signal where no neighbouring boundary has a tensor of the name.</param>
/// <param name="Shape">The shape of one lane.</param>
public sealed record TraceTensor(string Name, TensorKind Kind, TensorShape Shape);

/// <summary>A boundary of a trace.</summary>
/// <param name="Name">The boundary's name.</param>
/// <param name="Tensors">What is recorded there, the primary state first.</param>
public sealed record TraceBoundary(string Name, ImmutableArray<TraceTensor> Tensors);

/// <summary>
/// A recorded run, format <c>cachepolicies-trace/1</c>: a safetensors file with the features of one lane at each boundary and step. Opened without
/// reading the features. Thread-safe.
/// </summary>
public sealed class TraceReader : IDisposable
{
    /// <summary>The format's name in the metadata.</summary>
    public const string Format = "cachepolicies-trace/1";

    /// <summary>The name that the primary tensor of a boundary has in the layout; in the file it has none.</summary>
    public const string PrimaryName = "image";

    private readonly SafetensorsFile _file;

    private TraceReader(SafetensorsFile file, int steps, ImmutableArray<TraceBoundary> boundaries, ImmutableArray<float> timesteps) =>
        (_file, Steps, Boundaries, Timesteps) = (file, steps, boundaries, timesteps);

    /// <summary>The file's path.</summary>
    public string Path => _file.Path;

    /// <summary>How many evaluations are recorded.</summary>
    public int Steps { get; }

    /// <summary>What is recorded, in the order of the denoiser.</summary>
    public ImmutableArray<TraceBoundary> Boundaries { get; }

    /// <summary>What the model was told as its timestep in each evaluation; empty where the trace does not say.</summary>
    public ImmutableArray<float> Timesteps { get; }

    /// <summary>All that the file says about itself: <c>model</c>, <c>prompt</c>, <c>seed</c>, <c>probe_depth</c> where known.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>The recorded model's name, or the file's.</summary>
    public string ModelName => Metadata.TryGetValue("model", out var model) && !string.IsNullOrWhiteSpace(model) ? model : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Identifies the recorded model's weights; empty where the trace does not say.</summary>
    public string Fingerprint => Metadata.GetValueOrDefault("fingerprint", "");

    /// <summary>Opens a trace.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a trace, or is damaged or incomplete; the message says where.</exception>
    public static TraceReader Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            if (file.Metadata.GetValueOrDefault("format") is var format && format != Format)
            {
                throw Wrong(path, $"its format is '{format ?? "missing"}'; expected {Format}");
            }

            if (!int.TryParse(file.Metadata.GetValueOrDefault("steps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps) || steps < 1)
            {
                throw Wrong(path, $"its number of steps is '{file.Metadata.GetValueOrDefault("steps") ?? "missing"}'; expected a whole number of at least 1");
            }

            return new TraceReader(file, steps, TraceContents.Check(file, steps), ReadTimesteps(file, steps));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a recorded tensor as float32.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="boundary">The boundary's name.</param>
    /// <param name="tensor">The tensor's name in <see cref="TraceBoundary.Tensors"/>.</param>
    /// <param name="destination">As many elements as its shape has.</param>
    /// <exception cref="KeyNotFoundException">The trace holds no such tensor.</exception>
    public void Read(int step, string boundary, string tensor, Span<float> destination) => _file.Read(KeyOf(step, boundary, tensor), destination);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    internal static string KeyOf(int step, string boundary, string tensor) =>
        string.Create(CultureInfo.InvariantCulture, $"{step:D4}/{boundary}{(tensor == PrimaryName ? "" : "/" + tensor)}");

    internal static InvalidDataException Wrong(string path, string what) => new($"The trace '{path}' cannot be used: {Excerpt.Of(what, LongestReason)}.");

    private const int LongestReason = 600;

    private static ImmutableArray<float> ReadTimesteps(SafetensorsFile file, int steps)
    {
        if (file.Metadata.GetValueOrDefault("timesteps") is not { Length: > 0 } text)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            ImmutableArray<float> timesteps = [.. document.RootElement.EnumerateArray().Select(t => t.GetSingle())];
            return timesteps.Length == steps ? timesteps : throw Wrong(file.Path, $"it has {steps} steps and {timesteps.Length} timesteps");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            throw Wrong(file.Path, $"its timesteps are '{Excerpt.Of(text)}'; expected a JSON array with a number for each step");
        }
    }
}
