namespace CachePolicies.Bench;

/// <summary>
/// How sharp the optimum of a grid of settings is. A setting's loss is how far its quality is below the best of the grid that is at least as fast. The
/// optimum is the fastest setting that reaches a quality without a loss. Its sharpness is the mean loss of the settings next to it, diagonals among them:
/// 0 where one may miss it by a step at no cost.
/// </summary>
/// <param name="Row">The optimum's row.</param>
/// <param name="Column">The optimum's column.</param>
/// <param name="Loss">The sharpness in decibels.</param>
internal readonly record struct GridSharpness(int Row, int Column, double Loss)
{
    /// <summary>The sharpness of a grid; <see langword="null"/> where no setting reaches the quality.</summary>
    /// <param name="speedups">By row and column.</param>
    /// <param name="decibels">By row and column.</param>
    /// <param name="target">The quality that the optimum reaches.</param>
    public static GridSharpness? Of(double[,] speedups, double[,] decibels, double target)
    {
        var (rows, columns) = (decibels.GetLength(0), decibels.GetLength(1));
        var cells = Enumerable.Range(0, rows).SelectMany(_ => Enumerable.Range(0, columns), (r, c) => (Row: r, Column: c)).ToArray();
        var reaching = cells.Where(c => decibels[c.Row, c.Column] >= target && LossAt(c.Row, c.Column) == 0).ToArray();
        if (reaching.Length == 0)
        {
            return null;
        }

        var best = reaching.MaxBy(c => speedups[c.Row, c.Column]);
        var beside = cells.Where(c => c != best && Math.Abs(c.Row - best.Row) <= 1 && Math.Abs(c.Column - best.Column) <= 1);
        return new GridSharpness(best.Row, best.Column, beside.Select(c => LossAt(c.Row, c.Column)).DefaultIfEmpty(0).Average());

        double LossAt(int row, int column) =>
            cells.Where(c => speedups[c.Row, c.Column] >= speedups[row, column]).Max(c => decibels[c.Row, c.Column]) - decibels[row, column];
    }
}
