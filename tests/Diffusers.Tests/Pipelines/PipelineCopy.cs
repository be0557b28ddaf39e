using System.Text.Json;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers.Tests;

/// <summary>A copy of a folder that a test may change, and its runs as requests.</summary>
internal static class PipelineCopy
{
    public static string Of(string folder, DirectoryInfo into)
    {
        var target = Path.Combine(into.FullName, Path.GetFileName(folder));
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith("truth.", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    public static string SchedulerOf(JsonElement run, DirectoryInfo into)
    {
        var path = Path.Combine(into.FullName, "scheduler.json");
        File.WriteAllText(path, run.GetProperty("scheduler").GetRawText());
        return path;
    }

    public static PictureRequest RequestOf(JsonElement run) => new(run.GetProperty("prompt").GetString()!)
    {
        Width = run.GetProperty("width").GetInt32(),
        Height = run.GetProperty("height").GetInt32(),
        Steps = run.GetProperty("num_inference_steps").GetInt32(),
        Guidance = run.GetProperty("guidance_scale").GetSingle(),
        Seed = run.GetProperty("seed").GetInt64(),
        Noise = NoiseKind.Torch,
        NegativePrompt = Find(run, "negative_prompt")?.GetString(),
        TrueGuidance = Find(run, "true_cfg_scale")?.GetSingle(),
        GuidanceRescale = Find(run, "guidance_rescale")?.GetSingle() ?? 0,
        MaxSequenceLength = Find(run, "max_sequence_length")?.GetInt32(),
        OriginalSize = SizeOf(run, "original_size"),
        TargetSize = SizeOf(run, "target_size"),
        CropTopLeft = Find(run, "crops_coords_top_left") is { } crop ? new(crop[0].GetInt32(), crop[1].GetInt32()) : default,
    };

    private static PictureSize? SizeOf(JsonElement run, string key) => Find(run, key) is { } size ? new(size[1].GetInt32(), size[0].GetInt32()) : null;

    private static JsonElement? Find(JsonElement run, string key) => run.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
