using System.Runtime.CompilerServices;

namespace CachePolicies.Server;

/// <summary>Makes pictures in this process, and answers a job that was done before from the results that are stored, if they are.</summary>
internal sealed class StoringPictureService(LocalPictureService pictures, ResultFolder results, ResultKeys keys) : IPictureService
{
    public IReadOnlyList<ServedModel> Models => pictures.Models;

    public async IAsyncEnumerable<PictureUpdate> GenerateAsync(PictureJob job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = results.IsUsed ? keys.Of(job) : null;

        // A request for progress is always computed, so that there are steps to report.
        if (key is not null && !job.Progress && results.Find(key) is { } stored)
        {
            yield return stored;
            yield break;
        }

        await foreach (var update in pictures.GenerateAsync(job, cancellationToken).ConfigureAwait(false))
        {
            // Settings that changed in between may have come too late for this generation.
            if (update is PicturesDone done && key is not null && key == keys.Of(job))
            {
                results.Store(key, done);
            }

            yield return update;
        }
    }
}
