namespace CachePolicies.Engine;

/// <summary>The orders that the engine brings.</summary>
public static class StageOrder
{
    /// <summary>
    /// Whoever has waited for <see cref="StageSchedulerOptions.MaximumWait"/> comes first, the longest wait before others. Else a stage whose run would be
    /// full, the one nearest to the output, which frees memory soonest. Else the stage nearest to the latent, so that lanes gather before the later ones.
    /// </summary>
    public static IStageOrder FullRuns { get; } = new FullRunsOrder();

    /// <summary>Whoever has waited longest, together with those that wait for the same stage.</summary>
    public static IStageOrder LongestWait { get; } = new LongestWaitOrder();

    private static int Longest(ReadOnlySpan<WaitingStage> waiting)
    {
        var longest = 0;
        for (var i = 1; i < waiting.Length; i++)
        {
            longest = waiting[i].Waited > waiting[longest].Waited ? i : longest;
        }

        return longest;
    }

    private sealed class FullRunsOrder : IStageOrder
    {
        public int Choose(ReadOnlySpan<WaitingStage> waiting, StageSchedulerOptions options)
        {
            var longest = Longest(waiting);
            if (waiting[longest].Waited >= options.MaximumWait)
            {
                return longest;
            }

            var chosen = 0;
            for (var i = 1; i < waiting.Length; i++)
            {
                chosen = IsBefore(waiting[i], waiting[chosen]) ? i : chosen;
            }

            return chosen;
        }

        private static bool IsBefore(in WaitingStage one, in WaitingStage other) =>
            one.IsFull != other.IsFull ? one.IsFull
            : one.IsFull ? one.Stage > other.Stage
            : one.Stage < other.Stage;
    }

    private sealed class LongestWaitOrder : IStageOrder
    {
        public int Choose(ReadOnlySpan<WaitingStage> waiting, StageSchedulerOptions options) => Longest(waiting);
    }
}
