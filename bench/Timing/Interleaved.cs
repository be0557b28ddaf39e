namespace CachePolicies.Bench;

/// <summary>Something that is timed beside others.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Run">What is timed.</param>
internal sealed record Contender(string Name, Action Run);

/// <summary>The times of one contender over all rounds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Seconds">The time of one run, in each round.</param>
/// <param name="AllocatedBytes">Managed bytes that one run allocated, on average.</param>
internal sealed record Timing(string Name, double[] Seconds, double AllocatedBytes)
{
    public double Median => Statistics.Median(Seconds);

    public double Minimum => Seconds.Min();

    /// <summary>The median of the ratios within each round: noise that lasts longer than a round falls out.</summary>
    public double RatioTo(Timing other) => Statistics.Median([.. Seconds.Zip(other.Seconds, (mine, its) => mine / its)]);
}

/// <summary>
/// Times things against each other on a machine that is not quiet: in each round every contender runs, in changing order, and ratios are taken
/// within rounds.
/// </summary>
internal static class Interleaved
{
    private const double LongestWarmUp = 2;

    /// <summary>Times the contenders.</summary>
    /// <param name="rounds">How many rounds are counted, after a tenth as many to warm up.</param>
    /// <param name="minimumSeconds">How long a contender runs in a round at least; short ones run many times.</param>
    /// <param name="contenders">What is timed.</param>
    public static Timing[] Measure(int rounds, double minimumSeconds, params Contender[] contenders)
    {
        var repeats = Array.ConvertAll(contenders, c => Repeats(c.Run, minimumSeconds));
        var seconds = Array.ConvertAll(contenders, _ => new double[rounds]);
        var allocated = new long[contenders.Length];
        for (var round = -Math.Max(1, rounds / 10); round < rounds; round++)
        {
            for (var turn = 0; turn < contenders.Length; turn++)
            {
                var i = (turn + Math.Max(0, round)) % contenders.Length;
                var bytes = GC.GetAllocatedBytesForCurrentThread();
                var time = Time(contenders[i].Run, repeats[i]);
                if (round >= 0)
                {
                    seconds[i][round] = time;
                    allocated[i] += GC.GetAllocatedBytesForCurrentThread() - bytes;
                }
            }
        }

        return [.. contenders.Select((c, i) => new Timing(c.Name, seconds[i], allocated[i] / ((double)rounds * repeats[i])))];
    }

    // Runs until the time is long enough to be measured, which compiles and warms everything up, too.
    private static int Repeats(Action run, double minimumSeconds)
    {
        var start = ThreadClock.Seconds;
        for (var i = 0; i < 50 && ThreadClock.Seconds - start < LongestWarmUp; i++)
        {
            run();
        }

        var repeats = 1;
        while (Time(run, repeats) * repeats < minimumSeconds)
        {
            repeats *= 2;
        }

        return repeats;
    }

    private static double Time(Action run, int repeats)
    {
        var start = ThreadClock.Seconds;
        for (var i = 0; i < repeats; i++)
        {
            run();
        }

        return (ThreadClock.Seconds - start) / repeats;
    }
}
