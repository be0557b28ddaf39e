using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// Finds the setting of a policy that reaches a target best: the front that replay found is verified by generations on held-out seeds, first a few
/// settings along it, then those between the last that reaches the target and the first that does not.
/// </summary>
internal sealed class Tuner(ModelSession session, IReadOnlyList<string> prompts, IReadOnlyList<long> seeds, GenerationTarget target, TimeBudget budget)
{
    private const int Coarse = 5;
    private const int Fine = 3;

    /// <summary>The part of the time that is left which the settings along the whole front may take.</summary>
    private const double CoarseShare = 0.6;

    /// <summary>How many pieces of work verification has at the most.</summary>
    public int Work => prompts.Count * seeds.Count * ((2 * (Coarse + 1)) + (2 * (Fine + 1)) + (2 * Math.Max(Coarse, 3)));

    /// <summary>Verifies settings of a front.</summary>
    /// <param name="front">By rising speed-up.</param>
    /// <param name="tell">Told what was done, after each generation.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <param name="isWhole">Whether it was not stopped; what was verified before is kept.</param>
    /// <returns>What was verified, by rising expected speed-up.</returns>
    /// <exception cref="OperationCanceledException">Stopped before the first picture of every setting was there.</exception>
    public IReadOnlyList<TunedSetting> Verify(IReadOnlyList<ScreenedSetting> front, Action<string> tell, CancellationToken cancellationToken, out bool isWhole)
    {
        var verified = VerifyAll(Screening.Spread(Worthwhile(front), Coarse), budget.Part(CoarseShare), tell, cancellationToken, out isWhole);
        if (!isWhole || budget.IsSpent)
        {
            return OnOneClock(verified);
        }

        try
        {
            var between = Screening.Spread(Between(front, verified), Fine);
            return OnOneClock([.. verified.Concat(VerifyAll(between, budget.Part(1), tell, cancellationToken, out isWhole)).OrderBy(v => v.Screened.Speedup)]);
        }
        catch (OperationCanceledException)
        {
            isWhole = false;
            return OnOneClock(verified);
        }
    }

    /// <summary>Measured speed-ups are not ranked beside ideal ones: where the clock failed one comparison, all settings go by the ideal.</summary>
    internal static IReadOnlyList<TunedSetting> OnOneClock(IReadOnlyList<TunedSetting> verified) => verified.All(v => v.Results.Clock.IsUsable)
        ? verified
        : [.. verified.Select(v => v with { Results = v.Results with { Clock = v.Results.Clock with { IsUsable = false } } })];

    /// <summary>The best of the settings that reach the target, or <see langword="null"/> where none does.</summary>
    public TunedSetting? Best(IEnumerable<TunedSetting> verified) =>
        verified.Where(v => target.IsMetBy(v.Results, v.Row)).MaxBy(v => target.Merit(v.Results, v.Row));

    /// <summary>For a speed, the part of the front about that speed: slower settings cannot reach it, much faster ones only lose quality.</summary>
    private IReadOnlyList<ScreenedSetting> Worthwhile(IReadOnlyList<ScreenedSetting> front)
    {
        if (target.Measure != TargetMeasure.Speedup)
        {
            return front;
        }

        var near = front.Where(s => s.Speedup >= 0.9 * target.Value && s.Speedup <= 1.5 * target.Value).ToArray();
        return near.Length > 0 ? near : [front.MinBy(s => Math.Abs(s.Speedup - target.Value))!];
    }

    /// <summary>The settings of the front where the target is crossed.</summary>
    private IReadOnlyList<ScreenedSetting> Between(IReadOnlyList<ScreenedSetting> front, IReadOnlyList<TunedSetting> verified)
    {
        var rising = verified.OrderBy(v => v.Screened.Speedup).ToArray();
        bool IsGood(TunedSetting v) => target.IsMetBy(v.Results, v.Row) == (target.Measure != TargetMeasure.Speedup);
        var low = rising.LastOrDefault(IsGood)?.Screened.Speedup ?? 1;
        var high = rising.FirstOrDefault(v => v.Screened.Speedup > low && !IsGood(v))?.Screened.Speedup ?? low;
        return [.. front.Where(s => s.Speedup > low && s.Speedup < high)];
    }

    private IReadOnlyList<TunedSetting> VerifyAll(
        IReadOnlyList<ScreenedSetting> settings, TimeBudget time, Action<string> tell, CancellationToken cancellationToken, out bool isWhole)
    {
        isWhole = true;
        if (settings.Count == 0)
        {
            return [];
        }

        var labelled = settings.Select((s, i) => PolicySettings.Create(s.Policy.Name, s.Policy.Settings, $"{s.Policy.Name} {i + 1}").ToCompared()).ToArray();
        var comparer = new Comparer(session.Pictures(prompts[0]), new ComparisonPlan(session.Steps, session.Guidance, PlannedPicture.Each(prompts, [.. seeds]), labelled), session.Time);
        var results = comparer.Run(tell, out isWhole, cancellationToken, time);
        return [.. settings.Zip(results.Policies, (s, row) => new TunedSetting(s, row, results))];
    }
}
