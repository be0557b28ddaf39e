namespace CachePolicies.Bench;

/// <summary>A clock as a time provider, so that the engine's own records use it too.</summary>
internal sealed class BenchClock : TimeProvider
{
    private readonly Func<double> _seconds;

    private BenchClock(string name, Func<double> seconds) => (Name, _seconds) = (name, seconds);

    /// <summary>The time that the calling thread spent running.</summary>
    public static BenchClock Thread { get; } = new(ThreadClock.Name, static () => ThreadClock.Seconds);

    /// <summary>The wall clock.</summary>
    public static BenchClock Wall { get; } = new("wall-clock time", static () => System.GetTimestamp() / (double)System.TimestampFrequency);

    public string Name { get; }

    public double Seconds => _seconds();

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => (long)(_seconds() * TimestampFrequency);
}
