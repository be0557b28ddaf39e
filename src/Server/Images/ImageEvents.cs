using System.Buffers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CachePolicies.Comparison;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Server;

/// <summary>A job's updates as the interface's server-sent events.</summary>
internal sealed class ImageEvents(ImageOrder order, ImageAnswers answers)
{
    private const string Partial = "image_generation.partial_image";
    private const string Completed = "image_generation.completed";
    private const string Progress = "cachepolicies.progress";

    private int _partialImages;

    /// <summary>Writes events until the job has ended.</summary>
    /// <param name="http">The request; its answer has not begun.</param>
    /// <param name="updates">The job's updates, the first of which is there.</param>
    public async Task WriteAsync(HttpContext http, IAsyncEnumerator<PictureUpdate> updates)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache,no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await SseFormatter.WriteAsync(ItemsOf(updates, http, http.RequestAborted), http.Response.Body, static (item, writer) => writer.Write(item.Data), http.RequestAborted).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<SseItem<byte[]>> ItemsOf(IAsyncEnumerator<PictureUpdate> updates, HttpContext http, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var update = updates.Current;
        while (update is not null)
        {
            foreach (var item in ItemsOf(update, http))
            {
                yield return item;
            }

            ApiError? error = null;
            try
            {
                update = await updates.MoveNextAsync().ConfigureAwait(false) ? updates.Current : null;
            }
            catch (GenerationRefusedException refusal)
            {
                (update, error) = (null, ApiError.Of(refusal));
            }

            if (error is not null)
            {
                yield return Item("error", new ErrorEvent("error", error), ImageJson.Default.ErrorEvent);
            }
        }
    }

    private IEnumerable<SseItem<byte[]>> ItemsOf(PictureUpdate update, HttpContext http)
    {
        switch (update)
        {
            case PictureQueued queued when order.Job.Progress:
                yield return Item(Progress, new ProgressEvent(Progress, queued.Position, 0, 0, [], null), ImageJson.Default.ProgressEvent);
                break;
            case PictureStep step:
                if (order.Job.Progress)
                {
                    var preview = step.Preview is { } picture ? Convert.ToBase64String(Png.Encode(picture)) : null;
                    yield return Item(Progress, new ProgressEvent(Progress, null, step.Completed, step.Total, EvaluationsOf(step), preview), ImageJson.Default.ProgressEvent);
                }

                if (step.Preview is { } partial && step.Completed < step.Total && _partialImages < Due(step))
                {
                    yield return Item(Partial, new PartialImageEvent(Partial, ImageAnswers.Encode(partial, order), answers.Now, ImageAnswers.SizeOf(partial), "auto", "opaque", order.FormatName, _partialImages++), ImageJson.Default.PartialImageEvent);
                }

                break;
            case PicturesDone done:
                var cache = answers.ToCacheAnswer(done, order.Job, http);
                foreach (var made in done.Pictures)
                {
                    yield return Item(Completed, new CompletedImageEvent(Completed, ImageAnswers.Encode(made, order), answers.Now, ImageAnswers.SizeOf(made), "auto", "opaque", order.FormatName, TokenUsage.None, cache), ImageJson.Default.CompletedImageEvent);
                }

                break;
        }
    }

    /// <summary>What each step decided, and how much of the denoiser ran.</summary>
    private static JsonArray EvaluationsOf(PictureStep step) => JsonLine.Array(step.Evaluations.Select(static evaluation =>
    {
        var json = evaluation.ToJson();
        json.Insert(2, "computed", evaluation.Extent switch { ComputedShare.Full => "full", ComputedShare.Partial => "part", _ => "skipped" });
        return json;
    }));

    /// <summary>How many partial images should have been sent after a step, evenly spaced.</summary>
    private int Due(PictureStep step) => step.Completed * (order.Job.PartialImages + 1) / step.Total;

    private static SseItem<byte[]> Item<T>(string type, T data, JsonTypeInfo<T> json) => new(JsonSerializer.SerializeToUtf8Bytes(data, json), type);
}
