using System.Runtime.CompilerServices;
using System.Text.Json;
using CachePolicies.Cluster;
using CachePolicies.Hosting;

namespace CachePolicies.Server;

/// <summary>Makes pictures with the workers of the cluster.</summary>
internal sealed class ClusterPictureService(IWorkFront front, ILogger<ClusterPictureService> logger) : IPictureService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile Known _known = new([], []);

    /// <summary>The models of all workers that answer, those of the oldest worker first; the last that were known while none answers.</summary>
    /// <exception cref="GenerationRefusedException">No worker was there yet.</exception>
    public IReadOnlyList<ServedModel> Models
    {
        get
        {
            var reports = front.Reports;
            if (reports.Count > 0 && !ReferenceEquals(reports, _known.Reports))
            {
                _known = new Known(reports, Merge(reports));
            }

            return _known.Models.Count > 0 ? _known.Models : throw NoWorker();
        }
    }

    public async IAsyncEnumerable<PictureUpdate> GenerateAsync(PictureJob job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = PictureWire.ToOrder(job with { Model = NameOf(job.Model) });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var mailbox = new Mailbox<PictureUpdate>(UnreadPictures.Merge);
        var reading = ReadAsync(order, mailbox, stop.Token);
        try
        {
            await foreach (var update in mailbox.ReadAsync().ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The result of an order that has no progress.</summary>
    /// <exception cref="GenerationRefusedException">It cannot be done.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    public async Task<byte[]> AskAsync(string kind, string? model, CancellationToken cancellationToken)
    {
        byte[]? answer = null;
        var order = new WorkOrder(model is null ? Models[0].Name : NameOf(model), kind, []);
        await RunAsync(order, done => answer = done.Content, cancellationToken).ConfigureAwait(false);
        return answer!;
    }

    private async Task ReadAsync(WorkOrder order, Mailbox<PictureUpdate> mailbox, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(order, message => mailbox.Post(PictureWire.ToUpdate(message)), cancellationToken).ConfigureAwait(false);
            mailbox.Complete();
        }
        catch (Exception failure)
        {
            mailbox.Complete(failure);
        }
    }

    /// <summary>Has an order done.</summary>
    /// <exception cref="GenerationRefusedException">It cannot be done.</exception>
    private async Task RunAsync(WorkOrder order, Action<WorkMessage> tell, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in front.RunAsync(order, cancellationToken).ConfigureAwait(false))
            {
                if (message.Kind is WorkMessageKind.Refused or WorkMessageKind.RefusedHere)
                {
                    throw PictureWire.ToRefusal(message);
                }

                tell(message);
            }
        }
        catch (WorkLostException lost)
        {
            throw new GenerationRefusedException(RefusalKind.Unavailable, lost.Message, retryAfter: RetryAfter);
        }
        catch (Exception failure) when (Refusals.IsFailure(failure, cancellationToken))
        {
            Log.GenerationFailed(logger, failure);
            throw Refusals.Of(failure, RetryAfter);
        }
    }

    private string NameOf(string model) => Models.FirstOrDefault(m => m.Name.Equals(model, StringComparison.OrdinalIgnoreCase))?.Name ?? throw ModelShelf.Unknown(model, Models.Select(m => m.Name));

    private static GenerationRefusedException NoWorker() => new(RefusalKind.Unavailable, "No worker is there yet; try again later.", retryAfter: RetryAfter);

    /// <summary>Each model once; as loaded, where any worker has loaded it.</summary>
    private static List<ServedModel> Merge(IReadOnlyList<WorkerReport> reports)
    {
        var models = new Dictionary<string, ServedModel>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in reports.SelectMany(r => JsonSerializer.Deserialize(r.Details, WireJson.Default.IReadOnlyListServedModel) ?? []))
        {
            if (!models.TryGetValue(model.Name, out var known) || (known.Loaded is null && model.Loaded is not null))
            {
                models[model.Name] = model;
            }
        }

        return [.. models.Values];
    }

    private sealed record Known(IReadOnlyList<WorkerReport> Reports, IReadOnlyList<ServedModel> Models);
}
