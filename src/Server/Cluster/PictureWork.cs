using System.Runtime.CompilerServices;
using System.Text.Json;
using CachePolicies.Cluster;

namespace CachePolicies.Server;

/// <summary>What a worker does: makes pictures and describes policies with the models of this process.</summary>
internal sealed class PictureWork(WorkerFacts facts, StoringPictureService pictures, PolicyDescriptions policies) : IClusterWork
{
    public WorkerFacts Facts => facts;

    public IReadOnlyList<string> LoadedModels => [.. pictures.Models.Where(m => m.Loaded is not null).Select(m => m.Name)];

    public byte[] Describe() => JsonSerializer.SerializeToUtf8Bytes(pictures.Models, WireJson.Default.IReadOnlyListServedModel);

    public IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, CancellationToken cancellationToken) => order.Kind switch
    {
        PictureWire.Pictures => AnswerAsync(MakeAsync(order, cancellationToken), cancellationToken),
        PictureWire.Policies => AnswerAsync(DescribeAsync(order, cancellationToken), cancellationToken),
        _ => AnswerAsync(Refuse(new GenerationRefusedException(RefusalKind.Unavailable, "The worker does not know the request.")), cancellationToken),
    };

    private async IAsyncEnumerable<WorkMessage> MakeAsync(WorkOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in pictures.GenerateAsync(PictureWire.ToJob(order), cancellationToken).ConfigureAwait(false))
        {
            yield return PictureWire.ToMessage(update);
        }
    }

    private async IAsyncEnumerable<WorkMessage> DescribeAsync(WorkOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = await policies.DescribeAsync(order.Model, cancellationToken).ConfigureAwait(false);
        yield return new WorkMessage(WorkMessageKind.Done, int.MaxValue, JsonSerializer.SerializeToUtf8Bytes(list, WireJson.Default.PolicyList), []);
    }

    private static async IAsyncEnumerable<WorkMessage> Refuse(GenerationRefusedException refusal)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return PictureWire.ToMessage(refusal);
    }

    /// <summary>A refusal is an answer like any other: it travels as a message.</summary>
    private static async IAsyncEnumerable<WorkMessage> AnswerAsync(IAsyncEnumerable<WorkMessage> answering, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = answering.GetAsyncEnumerator(cancellationToken);
        await using var reading = messages.ConfigureAwait(false);
        while (true)
        {
            WorkMessage? message;
            try
            {
                message = await messages.MoveNextAsync().ConfigureAwait(false) ? messages.Current : null;
            }
            catch (GenerationRefusedException refusal)
            {
                message = PictureWire.ToMessage(refusal);
            }

            if (message is null)
            {
                yield break;
            }

            yield return message;
            if (message.IsLast)
            {
                yield break;
            }
        }
    }
}
