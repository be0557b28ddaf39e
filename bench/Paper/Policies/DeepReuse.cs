using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// DeepCache-style reuse (arXiv 2312.00858): every n-th evaluation is computed; in the others the shallow blocks run and the feature that the deep ones made
/// is reused.
/// </summary>
/// <param name="from">The boundary after the shallow blocks of the way down.</param>
/// <param name="to">The boundary before the shallow blocks of the way up.</param>
/// <param name="interval">n, at least 2.</param>
internal sealed class DeepReuse(string from, string to, int interval) : ICachePolicy, ICachePolicySession
{
    public string Name => Invariant($"DeepCache, every {interval}");

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(from, to, Approximation.ReuseOutput);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.Boundary.Name == from && visit.Evaluation.Index % interval != 0 && visit.CanSkip(to) ? CacheDecision.Skip(to) : CacheDecision.Compute;

    /// <summary>
    /// Where a model lets its deep blocks be left out: from the first boundary after a block to the first one behind which only skip connections from before
    /// it are read, so that fresh shallow features reach the output.
    /// </summary>
    /// <returns><see langword="null"/> where no two boundaries are so.</returns>
    public static (string From, string To)? PlacesIn(DenoiserLayout layout)
    {
        var first = layout.IndexOf(BoundaryRole.Embedded) + 1;
        for (var from = first; from > 0 && from < layout.Boundaries.Length - 2; from++)
        {
            for (var to = from + 1; to < layout.Boundaries.Length - 1; to++)
            {
                if (ReadsFreshSkips(layout, from, to) && IsAllowed(layout, layout.Boundaries[from].Name, layout.Boundaries[to].Name))
                {
                    return (layout.Boundaries[from].Name, layout.Boundaries[to].Name);
                }
            }
        }

        return null;
    }

    /// <summary>Whether a stage after the skip reads a skip connection that the shallow blocks just computed.</summary>
    private static bool ReadsFreshSkips(DenoiserLayout layout, int from, int to) =>
        Enumerable.Range(to, layout.Stages.Length - to)
            .SelectMany(stage => layout.ReadsOf(stage))
            .Any(read => read.IsAtBoundary && read.Boundary > 0 && read.Boundary <= from && layout.DescriptorOf(read).Kind == TensorKind.Carried);

    private static bool IsAllowed(DenoiserLayout layout, string from, string to)
    {
        try
        {
            CachePlan.For(layout).Skip(from, to, Approximation.ReuseOutput);
            return true;
        }
        catch (CachePlanException)
        {
            return false;
        }
    }
}
