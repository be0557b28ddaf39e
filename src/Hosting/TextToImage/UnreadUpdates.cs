namespace CachePolicies.Hosting;

/// <summary>How unread updates of a generation are merged.</summary>
internal static class UnreadUpdates
{
    /// <summary>How many updates may be unread before progress is merged.</summary>
    public const int Capacity = 64;

    /// <summary>A newer place in the queue replaces the older one; beyond the capacity, reports of progress become one with the decisions of both, so that none is lost.</summary>
    public static TextToImageUpdate? Merge(TextToImageUpdate last, TextToImageUpdate next, int unread) => (last, next) switch
    {
        (TextToImageQueued, TextToImageQueued) => next,
        (TextToImageProgress before, TextToImageProgress progress) when unread >= Capacity => progress with
        {
            Decisions = [.. before.Decisions, .. progress.Decisions],
            Stages = [.. before.Stages, .. progress.Stages],
            Preview = progress.Preview ?? before.Preview,
        },
        _ => null,
    };
}
