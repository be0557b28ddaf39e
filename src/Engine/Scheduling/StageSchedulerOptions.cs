namespace CachePolicies.Engine;

/// <summary>How generations share stage runs.</summary>
public sealed record StageSchedulerOptions
{
    /// <summary>The most rows that a run can be given.</summary>
    public const int RowLimit = 1024;

    /// <summary>The most runs that can be under way at once.</summary>
    public const int ParallelLimit = 64;

    /// <summary>The most lanes, of whichever generation, that are computed in one run.</summary>
    /// <value>1 to <see cref="RowLimit"/>. The default is 8.</value>
    public int MaximumRows
    {
        get;
        init => field = value is >= 1 and <= RowLimit
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{nameof(MaximumRows)} is {value}; expected 1 to {RowLimit}.");
    } = 8;

    /// <summary>How long a lane may be passed over in favour of fuller runs; then its stage is next. A device never idles while a lane waits.</summary>
    /// <value>At least 0, which serves whoever has waited longest. The default is 50 ms.</value>
    public TimeSpan MaximumWait
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{nameof(MaximumWait)} is {value}; expected at least 0.");
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How many runs are under way at once: 1 for a device that one run keeps busy, more where each run uses one core of several. Lanes that could share a run
    /// are shared out among workers that would be idle.
    /// </summary>
    /// <value>1 to <see cref="ParallelLimit"/>. The default is 1.</value>
    public int ParallelRuns
    {
        get;
        init => field = value is >= 1 and <= ParallelLimit
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{nameof(ParallelRuns)} is {value}; expected 1 to {ParallelLimit}.");
    } = 1;

    /// <summary>Which stage runs next. The default is <see cref="StageOrder.FullRuns"/>.</summary>
    public IStageOrder Order { get; init; } = StageOrder.FullRuns;

    /// <summary>What waiting is measured by. The default is the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
