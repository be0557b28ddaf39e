namespace CachePolicies.Splitting;

/// <summary>What crosses the boundaries of a plan in the making, and who reads it.</summary>
internal sealed class Crossings(DenoiserGraph graph, IReadOnlyList<PlannedBoundary> boundaries)
{
    /// <summary>The values that are computed before a boundary and read after it.</summary>
    public IEnumerable<string> ValuesAt(PlannedBoundary boundary) => Enumerable.Range(0, boundary.Inside.Length)
        .Where(node => boundary.Inside[node])
        .SelectMany(node => OnnxGraphIndex.OutputsOf(graph.Index.Nodes[node]))
        .Where(value => Crosses(boundary, value));

    /// <summary>Whether a value is computed before a boundary and read after it.</summary>
    public bool Crosses(PlannedBoundary boundary, string value) =>
        graph.Index.Producer(value) is >= 0 and var node && boundary.Inside[node]
        && Readers(value).Any(consumer => !boundary.Inside[consumer]);

    /// <summary>The nodes of the stage that starts at a boundary which read a value.</summary>
    public IEnumerable<int> ConsumersIn(string value, int index) => Readers(value).Where(node => StageOf(node) == index);

    /// <summary>The stage that a node belongs to, by the number of the boundary that the stage starts at.</summary>
    public int StageOf(int node)
    {
        for (var i = 0; i < boundaries.Count; i++)
        {
            if (boundaries[i].Inside[node])
            {
                return i - 1;
            }
        }

        return -2;
    }

    // Who asks for the shape alone gets it otherwise.
    private IEnumerable<int> Readers(string value) => graph.Index.Consumers(value).Where(node => graph.IsDynamic[node]);
}
