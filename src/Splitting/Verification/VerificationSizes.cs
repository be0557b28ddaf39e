namespace CachePolicies.Splitting;

/// <summary>Chooses small sizes for a model's free axes that its graph accepts, and says what a run with them takes.</summary>
internal static class VerificationSizes
{
    // Multiples that levels of a U-Net and patches ask for; the first that fits is taken.
    private static readonly long[] Units = [8, 16, 32, 64];

    // Lengths that are a multiple of nothing show most.
    private static readonly long[] OddLengths = [7, 5, 11, 9, 13];

    /// <summary>Sets of sizes by axis, the batch among them: a small square one, then one in which no two axes are alike.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, long>> Choose(DenoiserGraph graph)
    {
        var lanes = graph.Shapes.FixedBatch ?? 2;
        foreach (var unit in Units)
        {
            var square = graph.Shapes.FreeAxes.ToDictionary(axis => axis, _ => unit, StringComparer.Ordinal);
            square[ShapeTable.Batch] = lanes;
            if (!Fits(graph, square))
            {
                continue;
            }

            if (graph.Shapes.FreeAxes.Count == 0)
            {
                return [square];
            }

            var uneven = new Dictionary<string, long>(square, StringComparer.Ordinal);
            foreach (var (number, axis) in graph.Shapes.FreeAxes.Index())
            {
                foreach (var length in new[] { OddLengths[number % OddLengths.Length], unit * (2 + (number % 2)) })
                {
                    var before = uneven[axis];
                    uneven[axis] = length;
                    if (Fits(graph, uneven))
                    {
                        break;
                    }

                    uneven[axis] = before;
                }
            }

            return [square, uneven];
        }

        return [];
    }

    /// <summary>The bytes of the largest value of a run, estimated.</summary>
    public static double LargestBytes(DenoiserGraph graph, IReadOnlyDictionary<string, long> sizes) => graph.Shapes.Probe(axis => sizes[axis]).Values
        .Where(value => !graph.Index.IsInitializer(value.Key) && value.Value.Shape is not null)
        .Select(value => value.Value.Shape!.Aggregate(Math.Max(1, value.Value.Type.BitSize() / 8.0), (bytes, size) => bytes * Math.Max(size, 0)))
        .DefaultIfEmpty(0).Max();

    // Nothing contradicts, and what comes out is as large as what goes in.
    private static bool Fits(DenoiserGraph graph, Dictionary<string, long> sizes)
    {
        var probe = graph.Shapes.Probe(axis => sizes[axis]);
        return probe.Pairs.All(pair => pair.First == pair.Second)
            && graph.Shapes.Of(graph.Output).Axes is { } output && probe.Values[graph.Output].Shape is { } found
            && output.Select(axis => axis.Value ?? (axis.Name is { } name && sizes.TryGetValue(name, out var size) ? size : null))
                .Zip(found).All(pair => pair.First is null || pair.First == pair.Second);
    }
}
