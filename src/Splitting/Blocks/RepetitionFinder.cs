using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>
/// Finds the blocks of a transformer whose nodes carry no names: the residual stream is cut where nothing but the stream is alive, and the
/// pieces that repeat the same products with weights are the blocks.
/// </summary>
internal sealed class RepetitionFinder
{
    // Attention and feed-forward of two streams are four pieces of a block; more have not been seen.
    private const int LongestPeriod = 8;

    private readonly DenoiserGraph _graph;

    private RepetitionFinder(DenoiserGraph graph) => _graph = graph;

    /// <summary>The blocks in the order in which they run; empty where nothing repeats.</summary>
    public static IReadOnlyList<DenoiserBlock> Find(DenoiserGraph graph)
    {
        var finder = new RepetitionFinder(graph);
        return finder.Group(finder.Pieces());
    }

    private sealed record Piece(int Start, int End, string[] Products);

    // Pieces of the node list between places where only the residual streams are alive.
    private List<Piece> Pieces()
    {
        var pieces = new List<Piece>();
        var start = 0;
        foreach (var end in Places())
        {
            var products = ProductsOf(start, end);
            if (products.Length > 0)
            {
                pieces.Add(new Piece(start, end, products));
                start = end + 1;
            }
            else if (pieces.Count == 1)
            {
                // What follows the first product belongs to the embedding; what follows a block belongs to what comes next.
                pieces[0] = pieces[0] with { End = end };
                start = end + 1;
            }
        }

        return pieces;
    }

    private List<int> Places()
    {
        var nodes = _graph.Index.Nodes;
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var node = 0; node < nodes.Count; node++)
        {
            if (_graph.IsDynamic[node])
            {
                foreach (var input in _graph.Index.InputsOf(node).Where(_graph.IsDynamicValue))
                {
                    last[input] = node;
                }
            }
        }

        var alive = new HashSet<string>(StringComparer.Ordinal);
        var places = new List<int>();
        for (var node = 0; node < nodes.Count; node++)
        {
            if (!_graph.IsDynamic[node])
            {
                continue;
            }

            alive.UnionWith(OnnxGraphIndex.OutputsOf(nodes[node]).Where(value => _graph.Shapes.Of(value).IsFloatingPoint));
            alive.RemoveWhere(value => last.GetValueOrDefault(value, -1) <= node);
            if (alive.Count == 1 || (alive.Count == 2 && AreStreams([.. alive])))
            {
                places.Add(node);
            }
        }

        return places;
    }

    // Two streams side by side: tokens of equal width, neither made from the other.
    private bool AreStreams(string[] values)
    {
        var shapes = Array.ConvertAll(values, value => _graph.Shapes.Of(value).Axes);
        if (shapes.Any(axes => axes?.Count != 3) || shapes[0]![2] != shapes[1]![2])
        {
            return false;
        }

        var producers = Array.ConvertAll(values, _graph.Index.Producer);
        var (older, newer) = producers[0] < producers[1] ? (producers[0], values[1]) : (producers[1], values[0]);
        return !_graph.Index.NeededFor([newer])[older];
    }

    // The products of the stream with weights in a piece, by the weights' shapes: equal in all blocks of a stack.
    private string[] ProductsOf(int start, int end)
    {
        var products = new List<string>();
        for (var node = start; node <= end; node++)
        {
            var proto = _graph.Index.Nodes[node];
            if (_graph.IsDynamic[node] && Products.Weight(proto) is { } read && Weight(read) is { } weight)
            {
                products.Add($"{proto.OpType}{weight}");
            }
        }

        return [.. products];
    }

    private string? Weight(string value) => !_graph.IsDynamicValue(value) && !_graph.IsConditioningValue(value)
        ? $"[{string.Join(',', _graph.Shapes.Of(value).Axes ?? [])}]"
        : null;

    private List<DenoiserBlock> Group(List<Piece> pieces)
    {
        var blocks = new List<DenoiserBlock>();
        var stacks = 0;
        for (var i = 0; i < pieces.Count;)
        {
            var (period, count, size) = LongestRun(pieces, i);
            // A feed-forward of two streams repeats itself, and a run can begin in the middle of a block: as long a run that begins later
            // within it is the stack.
            if (count == 0 || Enumerable.Range(i + 1, (period * count) - 1).Any(later => LongestRun(pieces, later).Size >= size))
            {
                i++;
                continue;
            }

            var name = stacks++ == 0 ? "blocks" : string.Create(CultureInfo.InvariantCulture, $"blocks{stacks}");
            var number = 0;
            if (stacks == 1 && FirstBlock(pieces, i, period) is { } first)
            {
                blocks.Add(Block(name, number++, pieces[first].Start, pieces[i - 1].End));
            }

            for (var last = number + count; number < last; number++, i += period)
            {
                blocks.Add(Block(name, number, pieces[i].Start, pieces[i + period - 1].End));
            }
        }

        return blocks;
    }

    private DenoiserBlock Block(string name, int number, int start, int end) =>
        new(name, number, [.. Enumerable.Range(start, end - start + 1).Where(node => _graph.IsDynamic[node])]);

    // In the first block of two streams the text does not depend on the latents yet: it has some of the others' products, at least half.
    private static int? FirstBlock(List<Piece> pieces, int next, int period)
    {
        var left = pieces.Skip(next).Take(period).SelectMany(piece => piece.Products).ToList();
        var half = left.Count / 2;
        int? first = null;
        for (var i = next - 1; i >= 0 && Array.TrueForAll(pieces[i].Products, left.Remove); i--)
        {
            first = i;
        }

        return left.Count <= half ? first : null;
    }

    // The run of equal groups of pieces that holds the most products; equal ones in the shortest groups.
    private static (int Period, int Count, int Size) LongestRun(List<Piece> pieces, int start) => Enumerable.Range(1, LongestPeriod)
        .Select(period => (Period: period, Count: Repetitions(pieces, start, period)))
        .Where(run => run.Count >= 2)
        .Select(run => (run.Period, run.Count, Size: pieces.Skip(start).Take(run.Period * run.Count).Sum(piece => piece.Products.Length)))
        .OrderByDescending(run => run.Size).ThenBy(run => run.Period)
        .FirstOrDefault();

    private static int Repetitions(List<Piece> pieces, int start, int period)
    {
        var count = 1;
        while (start + ((count + 1) * period) <= pieces.Count
            && Enumerable.Range(0, period).All(i => pieces[start + i].Products.SequenceEqual(pieces[start + (count * period) + i].Products)))
        {
            count++;
        }

        return count;
    }
}
