namespace CachePolicies.Server;

/// <summary>How updates of a worker are merged that a slow client has not read; the worker does not wait for the client.</summary>
internal static class UnreadPictures
{
    /// <summary>How many updates may be unread before steps are merged.</summary>
    public const int Capacity = 16;

    /// <summary>A newer place in the queue replaces the older one; beyond the capacity, steps become one with the decisions of both, so that none is lost.</summary>
    public static PictureUpdate? Merge(PictureUpdate last, PictureUpdate next, int unread) => (last, next) switch
    {
        (PictureQueued, PictureQueued) => next,
        (PictureStep before, PictureStep step) when unread >= Capacity => step with { Evaluations = [.. before.Evaluations, .. step.Evaluations], Preview = step.Preview ?? before.Preview },
        _ => null,
    };
}
