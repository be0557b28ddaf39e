using System.Runtime.InteropServices;
using System.Text.Json;

namespace CachePolicies.Diffusers.Tests.Schedulers;

/// <summary>
/// What diffusers' schedulers make of given model outputs, step by step, for some elements of a latent: each scheduler is elementwise, so a few elements
/// say as much as all.
/// </summary>
internal static class Trajectories
{
    private static readonly Lazy<IReadOnlyDictionary<string, Trajectory>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, Trajectory> All => Loaded.Value;

    private static Dictionary<string, Trajectory> Load()
    {
        using var stream = typeof(Trajectories).Assembly.GetManifestResourceStream("CachePolicies.Diffusers.Tests.Schedulers.trajectories.json")!;
        using var document = JsonDocument.Parse(stream);
        var elements = document.RootElement.GetProperty("elements").GetInt32();
        return document.RootElement.GetProperty("runs").EnumerateArray().Select(run => new Trajectory(run.Clone(), elements)).ToDictionary(t => t.Name);
    }
}

/// <summary>One run of a scheduler.</summary>
internal sealed class Trajectory(JsonElement run, int elements)
{
    public string Name => run.GetProperty("name").GetString()!;

    public int Steps => run.GetProperty("steps").GetInt32();

    public int Elements => elements;

    public bool EvenSigmas => run.GetProperty("evenSigmas").GetBoolean();

    public int? ImageTokens => run.TryGetProperty("imageTokens", out var tokens) ? tokens.GetInt32() : null;

    public double InitialNoise => run.GetProperty("initNoiseSigma").GetDouble();

    public IReadOnlyList<double> Timesteps { get; } = [.. run.GetProperty("timesteps").EnumerateArray().Select(t => t.GetDouble())];

    /// <summary>The latent before the first call.</summary>
    public float[] Start { get; } = Numbers(run, "start");

    /// <summary>The latent before each call and after the last.</summary>
    public float[] States { get; } = Numbers(run, "states");

    /// <summary>What the model was given at each call.</summary>
    public float[] Inputs { get; } = Numbers(run, "model_input");

    /// <summary>What the model answered at each call.</summary>
    public float[] Outputs { get; } = Numbers(run, "model_output");

    /// <summary>The fresh noise of each call, for schedulers that draw some.</summary>
    public float[] Noise { get; } = Numbers(run, "noise");

    /// <summary>The scheduler's configuration file.</summary>
    public byte[] Configuration()
    {
        var options = run.GetProperty("config").EnumerateObject().ToDictionary(o => o.Name, o => o.Value);
        options["_class_name"] = run.GetProperty("class");
        return JsonSerializer.SerializeToUtf8Bytes(options);
    }

    private static float[] Numbers(JsonElement run, string name) =>
        run.TryGetProperty(name, out var text) ? MemoryMarshal.Cast<byte, float>(text.GetBytesFromBase64()).ToArray() : [];
}
