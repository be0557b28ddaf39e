using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>
/// What it costs to skip evaluations, by recorded runs: for evaluation t, forecast from the computed evaluations i &lt; j before it, the part of the way that the
/// sampler goes at t times the error's root mean square. For a forecast Σ wₖ hₖ that is √(wᵀ G w − 2 wᵀ g + ‖h‖²) with the scalar products of what was recorded,
/// so that no forecast is ever made (DPCache's cost, arXiv 2602.22654, for any linear forecast).
/// </summary>
internal sealed class SegmentCosts
{
    /// <summary>Stands for the evaluation before the first: only one was computed so far.</summary>
    public const int None = -1;

    /// <summary>The most evaluations of a run: the search takes the cube of them.</summary>
    public const int MostEvaluations = 250;

    private readonly double[] _costs;

    private SegmentCosts(int count, double[] costs) => (Count, _costs) = (count, costs);

    /// <summary>How many evaluations a run has.</summary>
    public int Count { get; }

    /// <summary>The cost of skipping the evaluations between two computed ones.</summary>
    /// <param name="before">The one computed before <paramref name="from"/>, or <see cref="None"/>.</param>
    /// <param name="from">The computed one where the skipped ones begin.</param>
    /// <param name="to">The next computed one, or <see cref="Count"/>.</param>
    public double this[int before, int from, int to] => _costs[Place(before, from, to)];

    /// <summary>Costs that are known already, for tests.</summary>
    /// <param name="count">How many evaluations there are.</param>
    /// <param name="cost">Of the evaluation before, the last computed one, and the skipped one.</param>
    public static SegmentCosts Of(int count, Func<int, int, int, double> cost)
    {
        var costs = new SegmentCosts(count, new double[(count + 1) * count * (count + 1)]);
        for (var from = 0; from < count; from++)
        {
            for (var before = None; before < from; before++)
            {
                for (var to = from + 2; to <= count; to++)
                {
                    costs._costs[costs.Place(before, from, to)] = costs[before, from, to - 1] + cost(before, from, to - 1);
                }
            }
        }

        return costs;
    }

    /// <summary>The mean costs over recorded runs.</summary>
    /// <param name="runs">Runs of one model, of one number of evaluations.</param>
    /// <param name="policy">Declares the one skip that is scheduled.</param>
    /// <exception cref="UsageException">The skip's approximation is not one whose errors the recorded features tell.</exception>
    public static SegmentCosts Of(IReadOnlyList<RecordedRun> runs, ICachePolicy policy)
    {
        var plan = policy.Plan(runs[0].Layout);
        var (rule, kept) = (plan.Skips[0], plan.Kept[plan.Skips[0].Kept]);
        if (!kept.Forms.IsEmpty || rule.Approximation is not (LinearForecast { MaximumHistory: <= 2 } or ReuseOutput or AddResidual))
        {
            throw new UsageException($"A schedule cannot be found for {rule.Approximation.Name} yet; expected plain reuse, or a forecast from two evaluations: Approximation.Method Taylor, Newton, Hermite or Phase of order 1, and Keep Published or State.");
        }

        var forecast = rule.Approximation as LinearForecast;
        var recorded = runs.Select(r => (Run: r, Products: r.ProductsOf(kept))).ToArray();
        return Of(runs[0].Evaluations.Count, (before, from, at) => recorded.Average(r => Cost(r.Run, r.Products, forecast, before, from, at)));
    }

    private static double Cost(RecordedRun run, double[,] products, LinearForecast? forecast, int before, int from, int at)
    {
        Span<double> weights = [1, 0];
        if (before != None && forecast is not null && !forecast.TryWeigh(new SkipPoint(run.Evaluations[at], [run.Evaluations[from], run.Evaluations[before]]), weights, out _))
        {
            return double.PositiveInfinity;
        }

        var (w0, w1, b) = (weights[0], weights[1], before == None ? from : before);
        var square = (w0 * w0 * products[from, from]) + (2 * w0 * w1 * products[from, b]) + (w1 * w1 * products[b, b])
            - (2 * ((w0 * products[from, at]) + (w1 * products[b, at]))) + products[at, at];
        return Drift(run, at) * Math.Sqrt(Math.Max(0, square));
    }

    private static double Drift(RecordedRun run, int at) => Math.Abs(run.Evaluations[at].Sigma - (at + 1 < run.Evaluations.Count ? run.Evaluations[at + 1].Sigma : 0));

    private int Place(int before, int from, int to) => ((((before + 1) * Count) + from) * (Count + 1)) + to;
}
