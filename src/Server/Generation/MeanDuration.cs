namespace CachePolicies.Server;

/// <summary>How long generations took lately: an exponentially weighted mean. Thread-safe.</summary>
internal sealed class MeanDuration
{
    private const double Weight = 0.2;

    private readonly Lock _lock = new();
    private double _seconds;

    /// <summary>The mean, rounded up to whole seconds, 1 to 60.</summary>
    public TimeSpan Value
    {
        get
        {
            lock (_lock)
            {
                return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(_seconds), 1, 60));
            }
        }
    }

    /// <summary>Another generation took so long.</summary>
    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _seconds = _seconds == 0 ? duration.TotalSeconds : _seconds + (Weight * (duration.TotalSeconds - _seconds));
        }
    }
}
