using System.Runtime.CompilerServices;
using CachePolicies.Engine;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>
/// The stage scheduler of each device, where generations share stage runs. Follows the settings: generations that run stay with the scheduler that they began on.
/// </summary>
internal sealed class StageSchedulers(IOptionsMonitor<CachePoliciesOptions> options, TimeProvider time)
{
    private readonly ConditionalWeakTable<IDenoiserBackend, StageScheduler> _made = [];
    private readonly Lock _lock = new();

    /// <summary>The scheduler that a generation runs on; <see langword="null"/> where it runs by itself.</summary>
    public StageScheduler? For(IDenoiserBackend device)
    {
        var settings = options.CurrentValue;
        if (settings.MaximumConcurrentGenerations == 1 || settings.MaximumSharedRows is not { } rows)
        {
            return null;
        }

        var wanted = new StageSchedulerOptions
        {
            MaximumRows = rows,
            MaximumWait = settings.MaximumSharedWait,
            ParallelRuns = settings.ParallelRuns,
            TimeProvider = time,
        };
        lock (_lock)
        {
            if (!_made.TryGetValue(device, out var scheduler) || scheduler.Options != wanted)
            {
                scheduler = new StageScheduler(wanted);
                _made.AddOrUpdate(device, scheduler);
            }

            return scheduler;
        }
    }
}
