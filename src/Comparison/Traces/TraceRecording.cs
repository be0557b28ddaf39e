using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.TextToImage;
using CachePolicies.Traces;

namespace CachePolicies.Comparison;

/// <summary>Records the features of an uncached run as a trace.</summary>
public static class TraceRecording
{
    /// <summary>Records one run; the file appears whole or not at all.</summary>
    /// <param name="prepared">What is generated.</param>
    /// <param name="picture">The request that it was prepared from, with prompt and seed.</param>
    /// <param name="guidance">The scale of guidance in force.</param>
    /// <param name="file">The trace to write.</param>
    /// <param name="half">Whether features are stored as float16.</param>
    /// <param name="time">What the stages are timed by.</param>
    /// <param name="onEvaluation">Called after each evaluation, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <returns>What was drawn.</returns>
    /// <exception cref="NotSupportedException">The model's first stage does not read the latent.</exception>
    public static GeneratedPictures Record(
        PreparedGeneration prepared,
        PictureRequest picture,
        float guidance,
        string file,
        bool half,
        TimeProvider time,
        Action<GenerationProgress>? onEvaluation = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(time);
        var layout = prepared.Denoiser.Layout;
        var schedule = prepared.Sampler.CreateSchedule(prepared.Request.Schedule);
        var metadata = new Dictionary<string, string>
        {
            ["timesteps"] = new JsonArray([.. schedule.Evaluations.Select(e => (JsonNode?)e.Timestep)]).ToJsonString(),
            ["model"] = layout.Name,
            ["fingerprint"] = layout.Fingerprint,
            ["prompt"] = picture.Prompt,
            ["seed"] = picture.Seed.ToString(CultureInfo.InvariantCulture),
            ["guidance"] = guidance.ToString(CultureInfo.InvariantCulture),
        };
        using var writer = new TraceWriter(file, FeatureRecorder.TensorsOf(layout), schedule.Evaluations.Length, half, metadata);
        var recorder = FeatureRecorder.Over(prepared.Denoiser, writer, time);
        var denoiser = new CachedDenoiser(recorder.Denoiser, CachePolicy.None, new CachedDenoiserOptions { LaneExecution = LaneExecution.Separate });
        var pictures = prepared.Generate(denoiser, recorder, onEvaluation, time, cancellationToken);
        writer.Complete(new Dictionary<string, string> { [StageCosts.MetadataKey] = recorder.StageSeconds });
        return pictures;
    }
}
