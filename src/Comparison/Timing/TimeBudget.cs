namespace CachePolicies.Comparison;

/// <summary>Time that work may take, from when the budget is made.</summary>
/// <param name="time">The clock.</param>
/// <param name="total">How long; <see langword="null"/> for as long as it takes.</param>
public sealed class TimeBudget(TimeProvider time, TimeSpan? total)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>How much was spent.</summary>
    public TimeSpan Spent => time.GetElapsedTime(_began);

    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent => total is { } limit && Spent >= limit;

    /// <summary>A budget of a part of what is left.</summary>
    public TimeBudget Part(double share) =>
        new(time, total is { } limit ? TimeSpan.FromTicks((long)(Math.Max(0, (limit - Spent).Ticks) * share)) : null);

    /// <summary>Whether there is time for one more piece, going by the time that the finished ones took.</summary>
    /// <param name="done">Pieces that are done; the first always fits.</param>
    /// <param name="factor">How much of the pieces' time is still to come for each piece, 1 for nothing more.</param>
    public bool HasRoom(int done, double factor) => total is not { } limit || done == 0 || Spent * ((done + 1.0) / done * factor) <= limit;
}
