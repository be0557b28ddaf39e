namespace CachePolicies.Bench;

/// <summary>
/// The control: the uncached loop with fewer steps. How near its pictures come to those of all steps is measured for a ladder of step counts; between
/// them it is linear in the logarithm of the count.
/// </summary>
internal sealed class ControlCurve(int steps)
{
    private const double Fewest = 0.05;
    private const double Most = 0.8;
    private const double Ratio = 1.3;

    private readonly List<(bool IsNew, double[] Psnr)> _prompts = [];

    /// <summary>The step counts that are measured, rising.</summary>
    public IReadOnlyList<int> Ladder { get; } = LadderOf(steps);

    /// <summary>Measures one more prompt.</summary>
    /// <param name="isNew">Which kind it is of.</param>
    /// <param name="psnrOf">The PSNR of that many steps against all of them.</param>
    public void Add(bool isNew, Func<int, double> psnrOf) => _prompts.Add((isNew, [.. Ladder.Select(psnrOf)]));

    /// <summary>The mean PSNR of that many steps.</summary>
    public KnownNew PsnrOf(double controlSteps)
    {
        var points = Points();
        return new KnownNew(
            Interpolation.AtLogarithm([.. points.Select(p => (p.Steps, p.Psnr.Known))], controlSteps),
            Interpolation.AtLogarithm([.. points.Select(p => (p.Steps, p.Psnr.New))], controlSteps));
    }

    /// <summary>Mean PSNR and speed-up of each step count, on known or on new prompts.</summary>
    public IEnumerable<(double Decibels, double Speedup)> Speedups(bool onNew) =>
        Points().Select(p => (onNew ? p.Psnr.New : p.Psnr.Known, steps / p.Steps));

    private List<(double Steps, KnownNew Psnr)> Points() =>
        [.. Ladder.Select((count, i) => ((double)count, KnownNew.Means(_prompts, p => p.IsNew, p => p.Psnr[i])))];

    private static int[] LadderOf(int steps)
    {
        var counts = new SortedSet<int> { Math.Max(1, (int)(Most * steps)) };
        for (var count = Math.Max(1, Fewest * steps); count < Most * steps; count *= Ratio)
        {
            counts.Add((int)Math.Round(count));
        }

        return [.. counts];
    }
}
