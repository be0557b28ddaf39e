namespace CachePolicies.Comparison;

/// <summary>
/// The uncached runs over the course of a comparison. All of them do the same work, so what changes from one to the next is the machine: a policy's run is
/// compared with what the uncached run took at that moment, between the uncached runs before and after it.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class UncachedClock(TimeProvider time)
{
    private readonly List<(double At, double Seconds)> _runs = [];
    private readonly long _origin = time.GetTimestamp();

    /// <summary>The time of each uncached run, in seconds.</summary>
    public IEnumerable<double> Seconds => _runs.Select(r => r.Seconds);

    /// <summary>A moment in seconds since the comparison began.</summary>
    public double Now => time.GetElapsedTime(_origin).TotalSeconds;

    /// <summary>Adds an uncached run that has just ended.</summary>
    public void Add(double seconds) => _runs.Add((Now - (seconds / 2), seconds));

    /// <summary>
    /// What an uncached run took about a moment: linear between the neighbours, constant beyond the ends; where the clock ran backwards, the neighbours' mean.
    /// </summary>
    /// <returns>NaN before the first run.</returns>
    public double At(double moment)
    {
        var after = _runs.FindIndex(r => r.At >= moment);
        if (_runs.Count == 0)
        {
            return double.NaN;
        }

        if (after <= 0)
        {
            return _runs[after < 0 ? ^1 : 0].Seconds;
        }

        var (left, right) = (_runs[after - 1], _runs[after]);
        var share = (moment - left.At) / (right.At - left.At);
        return share is >= 0 and <= 1 ? left.Seconds + ((right.Seconds - left.Seconds) * share) : (left.Seconds + right.Seconds) / 2;
    }
}
