using System.Collections.Immutable;

namespace CachePolicies.Tool;

/// <summary>The cheapest schedule of a budget, by dynamic programming over the last two computed evaluations.</summary>
internal static class SchedulePath
{
    /// <summary>Finds which evaluations to compute; the first is always among them.</summary>
    /// <param name="costs">What skips cost.</param>
    /// <param name="evaluations">How many are computed, 2 to as many as the run has.</param>
    /// <returns>The schedule and its cost.</returns>
    public static (ImmutableArray<int> Computed, double Cost) Find(SegmentCosts costs, int evaluations)
    {
        var count = costs.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluations, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(evaluations, count);

        // best[m][i, j]: the least cost up to j, where j is the m-th computed evaluation and i the one before it; came[m][i, j] is the one before i.
        var best = Filled(count, double.PositiveInfinity);
        var came = new List<int[,]>();
        for (var j = 1; j < count; j++)
        {
            best[0, j] = costs[SegmentCosts.None, 0, j];
        }

        for (var computed = 3; computed <= evaluations; computed++)
        {
            var next = Filled(count, double.PositiveInfinity);
            var from = Filled(count, SegmentCosts.None);
            for (var j = computed - 2; j < count; j++)
            {
                for (var i = computed - 3; i < j; i++)
                {
                    for (var k = j + 1; k < count; k++)
                    {
                        var cost = best[i, j] + costs[i, j, k];
                        if (cost < next[j, k])
                        {
                            (next[j, k], from[j, k]) = (cost, i);
                        }
                    }
                }
            }

            best = next;
            came.Add(from);
        }

        var (last, before, least) = (evaluations - 1, evaluations - 2, double.PositiveInfinity);
        for (var j = 1; j < count; j++)
        {
            for (var i = 0; i < j; i++)
            {
                if (best[i, j] + costs[i, j, count] is var cost && cost < least)
                {
                    (before, last, least) = (i, j, cost);
                }
            }
        }

        return (Backwards(came, before, last), least);
    }

    private static ImmutableArray<int> Backwards(List<int[,]> came, int before, int last)
    {
        var path = new List<int> { last, before };
        for (var m = came.Count - 1; m >= 0; m--)
        {
            var earlier = came[m][before, last];
            path.Add(earlier);
            (before, last) = (earlier, before);
        }

        path.Reverse();
        return [.. path];
    }

    private static T[,] Filled<T>(int count, T value)
    {
        var table = new T[count, count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                table[i, j] = value;
            }
        }

        return table;
    }
}
