using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Cluster;
using CachePolicies.Comparison;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Server;

/// <summary>Jobs, updates and refusals as they travel between front and worker: JSON, which another version of either can read, and pictures as PNG files.</summary>
internal static class PictureWire
{
    /// <summary>The kind of an order for pictures.</summary>
    public const string Pictures = "pictures";

    /// <summary>The kind of an order for the description of the policies on a model.</summary>
    public const string Policies = "policies";

    /// <summary>The order for a job.</summary>
    public static WorkOrder ToOrder(PictureJob job) => new(job.Model, Pictures, JsonSerializer.SerializeToUtf8Bytes(job, WireJson.Default.PictureJob));

    /// <summary>The job of an order.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static PictureJob ToJob(WorkOrder order) => Read(order.Content, WireJson.Default.PictureJob);

    /// <summary>The message for an update.</summary>
    public static WorkMessage ToMessage(PictureUpdate update) => update switch
    {
        PictureQueued queued => new WorkMessage(WorkMessageKind.Progress, 0, Write(new QueuedBody(queued.Position), WireJson.Default.QueuedBody), []),
        PictureStep step => new WorkMessage(
            WorkMessageKind.Progress, step.Completed, Write(new StepBody(step.Completed, step.Total, step.Evaluations), WireJson.Default.StepBody), step.Preview is { } preview ? [Png.Encode(preview)] : []),
        PicturesDone done => new WorkMessage(
            WorkMessageKind.Done,
            int.MaxValue,
            Write(new DoneBody(done.Policy, done.Steps, done.Seconds, done.EstimatedSpeedup, done.Notes, done.IsStored), WireJson.Default.DoneBody),
            [.. done.Pictures.Select(Png.Encode)]),
        _ => throw new NotSupportedException($"An update of the class {update.GetType().Name} is not known."),
    };

    /// <summary>The update of a message that is not a refusal.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    /// <exception cref="InvalidDataException">A picture of it cannot be read.</exception>
    public static PictureUpdate ToUpdate(WorkMessage message)
    {
        if (message.Kind == WorkMessageKind.Done)
        {
            var done = Read(message.Content, WireJson.Default.DoneBody);
            return new PicturesDone([.. message.Files.Select(f => PictureFile.Decode(f))], done.Policy, done.Steps, done.Seconds, done.EstimatedSpeedup, done.Notes) { IsStored = done.IsStored };
        }

        if (message.Position == 0)
        {
            return new PictureQueued(Read(message.Content, WireJson.Default.QueuedBody).Place);
        }

        var step = Read(message.Content, WireJson.Default.StepBody);
        return new PictureStep(step.Completed, step.Total, step.Evaluations, message.Files is [var preview, ..] ? PictureFile.Decode(preview) : null);
    }

    /// <summary>The message for a refusal. What is full or stops here may be possible elsewhere.</summary>
    public static WorkMessage ToMessage(GenerationRefusedException refusal) => new(
        refusal.Kind is RefusalKind.Busy or RefusalKind.Unavailable ? WorkMessageKind.RefusedHere : WorkMessageKind.Refused,
        int.MaxValue,
        Write(new RefusalBody(refusal.Kind, refusal.Message, refusal.Parameter, refusal.RetryAfter), WireJson.Default.RefusalBody),
        []);

    /// <summary>The refusal of a message.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static GenerationRefusedException ToRefusal(WorkMessage message)
    {
        var body = Read(message.Content, WireJson.Default.RefusalBody);
        return new GenerationRefusedException(body.Kind, body.Message, body.Parameter, body.RetryAfter);
    }

    private static byte[] Write<T>(T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);

    private static T Read<T>(byte[] content, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(content, type) ?? throw new JsonException("A message of the cluster is null.");
}

/// <summary>A <see cref="PictureQueued"/>.</summary>
internal sealed record QueuedBody(int Place);

/// <summary>A <see cref="PictureStep"/> without its preview.</summary>
internal sealed record StepBody(int Completed, int Total, IReadOnlyList<LoggedEvaluation> Evaluations);

/// <summary>A <see cref="PicturesDone"/> without its pictures.</summary>
internal sealed record DoneBody(string Policy, ExtentCounts Steps, double Seconds, double? EstimatedSpeedup, IReadOnlyList<string> Notes, bool IsStored = false);

/// <summary>A <see cref="GenerationRefusedException"/>.</summary>
internal sealed record RefusalBody(RefusalKind Kind, string Message, string? Parameter, TimeSpan? RetryAfter);

/// <summary>How messages are written.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PictureJob))]
[JsonSerializable(typeof(QueuedBody))]
[JsonSerializable(typeof(StepBody))]
[JsonSerializable(typeof(DoneBody))]
[JsonSerializable(typeof(RefusalBody))]
[JsonSerializable(typeof(PolicyList))]
[JsonSerializable(typeof(IReadOnlyList<ServedModel>))]
internal sealed partial class WireJson : JsonSerializerContext;
