using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A setting with what replay expects of it.</summary>
/// <param name="Policy">The policy under the setting.</param>
/// <param name="Speedup">The expected speed-up, checks and copies left aside.</param>
/// <param name="Error">How far the final latent is expected to drift, up to a factor.</param>
/// <param name="Cached">The part of the evaluations that is expected to reuse something.</param>
internal sealed record ScreenedSetting(PolicySettings Policy, double Speedup, double Error, double Cached);

/// <summary>Settings that were replayed on recorded runs.</summary>
/// <param name="Count">How many.</param>
/// <param name="Steps">How many steps that were, over all runs.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Front">Those that no other beats in speed and error, by rising speed-up.</param>
internal sealed record Screening(int Count, long Steps, TimeSpan Elapsed, IReadOnlyList<ScreenedSetting> Front)
{
    public double StepsPerSecond => Steps / Math.Max(Elapsed.TotalSeconds, 1e-9);

    /// <summary>Replays every setting of a space on every run.</summary>
    public static Screening Of(CachePolicyDescriptor policy, TuningSpace space, IReadOnlyList<RecordedRun> runs, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var screened = new List<ScreenedSetting>(space.Count);
        foreach (var setting in space.Settings())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var candidate = PolicySettings.Create(policy.Name, setting);
            var results = runs.Select(r => TableReplay.Of(r, candidate.Policy)).ToArray();
            screened.Add(new ScreenedSetting(candidate, results.Length / results.Sum(r => 1 / r.Speedup), results.Average(r => r.Error), results.Average(r => r.Cached)));
        }

        return new Screening(screened.Count, (long)screened.Count * runs.Sum(r => r.Evaluations.Count), time.GetElapsedTime(began), FrontOf(screened));
    }

    /// <summary>At most the given number of settings, spread evenly in ratio of speed-up over a part of the front, its ends among them.</summary>
    public static IReadOnlyList<ScreenedSetting> Spread(IReadOnlyList<ScreenedSetting> front, int count)
    {
        if (front.Count <= count)
        {
            return front;
        }

        var (low, high) = (Math.Log(front[0].Speedup), Math.Log(front[^1].Speedup));
        return
        [
            .. Enumerable.Range(0, count)
                .Select(i => low + ((high - low) * i / (count - 1)))
                .Select(at => front.MinBy(s => Math.Abs(Math.Log(s.Speedup) - at))!)
                .Distinct(),
        ];
    }

    private static List<ScreenedSetting> FrontOf(IEnumerable<ScreenedSetting> screened)
    {
        var front = new List<ScreenedSetting>();
        foreach (var setting in screened.Where(s => s.Speedup > 1.001).OrderByDescending(s => s.Speedup).ThenBy(s => s.Error))
        {
            if (front.Count == 0 || setting.Error < front[^1].Error)
            {
                front.Add(setting);
            }
        }

        front.Reverse();
        return front;
    }
}
