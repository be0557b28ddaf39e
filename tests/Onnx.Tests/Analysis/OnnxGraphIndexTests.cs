using CachePolicies.Onnx.Schema;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Onnx.Analysis;

public sealed class OnnxGraphIndexTests
{
    [Fact]
    public void Producers_and_consumers_are_known()
    {
        var index = new OnnxGraphIndex(Graph(["x", "c"], ["d"], Node("a", ["x"], ["p"]), Node("b", ["p", "c", "p"], ["q", "", "r"]), Node("c", ["q", "r"], ["d"])));
        Assert.Equal((-1, 0, 1, 1, 2), (index.Producer("x"), index.Producer("p"), index.Producer("q"), index.Producer("r"), index.Producer("d")));
        Assert.Equal([1], index.Consumers("p"));
        Assert.Equal([2], index.Consumers("r"));
        Assert.Empty(index.Consumers("d"));
        Assert.Equal(["p", "c"], index.InputsOf(1));
    }

    [Fact]
    public void Constants_are_no_inputs()
    {
        var graph = Graph(["x", "w"], ["y"], Node("a", ["x", "w"], ["y"]));
        graph.Initializer.Add(new TensorProto { Name = "w" });
        var index = new OnnxGraphIndex(graph);
        Assert.Equal(["x"], index.Inputs);
        Assert.True(index.IsInitializer("w"));
    }

    [Fact]
    public void What_a_subgraph_reads_from_outside_is_an_input_of_its_node()
    {
        var inner = Graph(["own"], ["result"], Node("i", ["own", "outer", "local"], ["result"]));
        inner.Initializer.Add(new TensorProto { Name = "local" });
        var loop = Node("loop", ["n"], ["y"]);
        loop.Attribute.Add(new AttributeProto { Name = "body", G = inner });
        var index = new OnnxGraphIndex(Graph(["n", "x"], ["y"], Node("a", ["x"], ["outer"]), loop));
        Assert.Equal(["n", "outer"], index.InputsOf(1));
        Assert.Equal([1], index.Consumers("outer"));
    }

    [Fact]
    public void Reachable_and_needed_sets_follow_the_edges()
    {
        // x → a → p → b → q;  t → c → s;  q, s → d → y;  x → e → z
        var index = new OnnxGraphIndex(Graph(
            ["x", "t"], ["y", "z"],
            Node("a", ["x"], ["p"]), Node("b", ["p"], ["q"]), Node("c", ["t"], ["s"]), Node("d", ["q", "s"], ["y"]), Node("e", ["x"], ["z"])));
        Assert.Equal([false, false, true, true, false], index.ReachableFrom(["t"]));
        Assert.Equal([true, true, true, true, false], index.NeededFor(["y"]));
        Assert.Equal([false, true, true, true, false], index.NeededFor(["y"], new HashSet<string> { "p" }));
        Assert.Equal([false, false, false, false, false], index.NeededFor(["p"], new HashSet<string> { "p" }));
    }

    [Fact]
    public void A_cycle_is_told()
    {
        var error = Assert.Throws<OnnxFormatException>(() => new OnnxGraphIndex(Graph(["x"], ["p"], Node("a", ["x", "q"], ["p"]), Node("b", ["p"], ["q"]))));
        Assert.Equal("The graph 'graph' has a cycle through the node 'a' (Op).", error.Message);
    }

    [Fact]
    public void A_value_computed_twice_is_told()
    {
        var error = Assert.Throws<OnnxFormatException>(() => new OnnxGraphIndex(Graph(["x"], ["p"], Node("a", ["x"], ["p"]), Node("b", ["x"], ["p"]))));
        Assert.Equal("The graph 'graph' computes 'p' twice, in the node 'a' (Op) and the node 'b' (Op).", error.Message);
    }

    [Fact]
    public void A_value_from_nowhere_is_told()
    {
        var error = Assert.Throws<OnnxFormatException>(() => new OnnxGraphIndex(Graph(["x"], ["p"], Node("a", ["x", "lost"], ["p"]))));
        Assert.Equal("the node 'a' (Op) of the graph 'graph' reads 'lost', which nothing computes.", error.Message);
    }

    [Property(Arbitrary = [typeof(ShuffledGraphs)])]
    public bool Nodes_in_any_order_are_sorted(ShuffledGraph graph)
    {
        var index = new OnnxGraphIndex(graph.Graph);
        return index.Nodes.Count == graph.Graph.Node.Count
            && Enumerable.Range(0, index.Nodes.Count).All(node => index.InputsOf(node).All(input => index.Producer(input) < node));
    }

    [Property(Arbitrary = [typeof(ShuffledGraphs)])]
    public bool Needed_for_a_value_is_reached_from_its_producers(ShuffledGraph graph)
    {
        var index = new OnnxGraphIndex(graph.Graph);
        var last = OnnxGraphIndex.OutputsOf(index.Nodes[^1]).Take(1).ToArray();
        var needed = index.NeededFor(last);
        // A node is needed exactly when the value depends on it: when the value is reached from what the node computes.
        return Enumerable.Range(0, index.Nodes.Count).All(node =>
            needed[node] == (node == index.Nodes.Count - 1 || index.ReachableFrom(OnnxGraphIndex.OutputsOf(index.Nodes[node]))[^1]));
    }

    [Fact]
    public void A_sorted_file_keeps_its_order()
    {
        var graph = Graph(["x"], ["q"], Node("a", ["x"], ["p"]), Node("b", ["x"], ["q"]), Node("c", ["p"], ["r"]));
        Assert.Equal(["a", "b", "c"], new OnnxGraphIndex(graph).Nodes.Select(node => node.Name));
    }

    internal static NodeProto Node(string name, string[] inputs, string[] outputs) =>
        new() { Name = name, OpType = "Op", Input = { inputs }, Output = { outputs } };

    internal static GraphProto Graph(string[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "graph", Node = { nodes } };
        graph.Input.AddRange(inputs.Select(name => new ValueInfoProto { Name = name }));
        graph.Output.AddRange(outputs.Select(name => new ValueInfoProto { Name = name }));
        return graph;
    }

    public sealed class ShuffledGraph
    {
        internal ShuffledGraph(GraphProto graph) => Graph = graph;

        internal GraphProto Graph { get; }

        public override string ToString() => string.Join("; ", Graph.Node.Select(node => $"{string.Join(",", node.Input)} -> {node.Output[0]}"));
    }

    private static class ShuffledGraphs
    {
        // Each node reads some of the earlier ones; then their order is lost.
        public static Arbitrary<ShuffledGraph> Graphs() =>
            (from count in Gen.Choose(1, 12)
             from masks in Gen.Choose(0, (1 << 12) - 1).ArrayOf(count)
             from order in Gen.Shuffle(Enumerable.Range(0, count).ToArray())
             select Make(masks, order)).ToArbitrary();

        private static ShuffledGraph Make(int[] masks, int[] order)
        {
            var nodes = masks.Select((mask, i) => Node(
                $"n{i}", ["x", .. Enumerable.Range(0, i).Where(j => (mask >> j & 1) == 1).Select(j => $"v{j}")], [$"v{i}"])).ToArray();
            return new ShuffledGraph(Graph(["x"], [$"v{masks.Length - 1}"], [.. order.Select(i => nodes[i])]));
        }
    }
}
