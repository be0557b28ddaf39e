using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>
/// Who produces and who consumes each value of a graph. Nodes are numbered in a topological order; values that a subgraph reads
/// from outside count as inputs of the node that holds it.
/// </summary>
internal sealed class OnnxGraphIndex
{
    private const byte New = 0, Open = 1, Done = 2;

    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sparse = new(StringComparer.Ordinal);
    private readonly string[][] _inputs;

    /// <summary>Indexes a graph; the graph is not changed.</summary>
    /// <exception cref="OnnxFormatException">A value has two producers, none, or depends on itself.</exception>
    public OnnxGraphIndex(GraphProto graph)
    {
        Graph = graph;
        foreach (var initializer in graph.Initializer)
        {
            _initializers[initializer.Name] = initializer;
        }

        _sparse.UnionWith(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? ""));
        // Older files list initialisers among the inputs, too: those are constants here.
        Inputs = [.. graph.Input.Select(input => input.Name).Where(name => !_initializers.ContainsKey(name))];
        Outputs = [.. graph.Output.Select(output => output.Name)];
        foreach (var value in graph.ValueInfo.Concat(graph.Output).Concat(graph.Input))
        {
            _values[value.Name] = value;
        }

        Nodes = Sort(graph);
        _inputs = [.. Nodes.Select(node => ReadBy(node).Distinct(StringComparer.Ordinal).ToArray())];
        for (var node = 0; node < Nodes.Count; node++)
        {
            foreach (var input in _inputs[node])
            {
                if (!_consumers.TryGetValue(input, out var consumers))
                {
                    _consumers.Add(input, consumers = []);
                }

                consumers.Add(node);
            }

            foreach (var output in OutputsOf(Nodes[node]))
            {
                _producers[output] = node;
            }
        }
    }

    /// <summary>The graph.</summary>
    public GraphProto Graph { get; }

    /// <summary>The nodes, every one after those that it reads from.</summary>
    public IReadOnlyList<NodeProto> Nodes { get; }

    /// <summary>The graph's inputs that are no constants, in its order.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The graph's outputs, in its order.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The constants by name.</summary>
    public IReadOnlyDictionary<string, TensorProto> Initializers => _initializers;

    /// <summary>The values that a node reads, those of its subgraphs included, each once.</summary>
    public IReadOnlyList<string> InputsOf(int node) => _inputs[node];

    /// <summary>The node that produces a value, or −1 for inputs and constants.</summary>
    public int Producer(string value) => _producers.GetValueOrDefault(value, -1);

    /// <summary>The nodes that read a value, in order.</summary>
    public IReadOnlyList<int> Consumers(string value) => _consumers.TryGetValue(value, out var nodes) ? nodes : [];

    /// <summary>Whether a value is stored in the model.</summary>
    public bool IsInitializer(string value) => _initializers.ContainsKey(value) || _sparse.Contains(value);

    /// <summary>What the model states about a value's type and shape, or <see langword="null"/>.</summary>
    public ValueInfoProto? ValueInfo(string value) => _values.GetValueOrDefault(value);

    /// <summary>The nodes that depend on any of the values, in order.</summary>
    /// <param name="values">The values.</param>
    /// <param name="passes">Whether a dependency goes on through a node; through all of them where it is not given.</param>
    public bool[] ReachableFrom(IEnumerable<string> values, Func<NodeProto, bool>? passes = null)
    {
        var reached = new bool[Nodes.Count];
        var tainted = new HashSet<string>(values, StringComparer.Ordinal);
        for (var node = 0; node < Nodes.Count; node++)
        {
            if (_inputs[node].Any(tainted.Contains) && passes?.Invoke(Nodes[node]) != false)
            {
                reached[node] = true;
                tainted.UnionWith(OutputsOf(Nodes[node]));
            }
        }

        return reached;
    }

    /// <summary>The nodes that the values depend on, where what is in <paramref name="given"/> is at hand already.</summary>
    public bool[] NeededFor(IEnumerable<string> values, IReadOnlySet<string>? given = null)
    {
        var needed = new bool[Nodes.Count];
        var pending = new Stack<string>(values);
        while (pending.TryPop(out var value))
        {
            if (given?.Contains(value) == true || Producer(value) is not (>= 0 and var node) || needed[node])
            {
                continue;
            }

            needed[node] = true;
            foreach (var input in _inputs[node])
            {
                pending.Push(input);
            }
        }

        return needed;
    }

    /// <summary>The outputs of a node that have a name.</summary>
    public static IEnumerable<string> OutputsOf(NodeProto node) => node.Output.Where(name => name.Length > 0);

    /// <summary>What a node reads, with what its subgraphs read from outside.</summary>
    public static IEnumerable<string> ReadBy(NodeProto node)
    {
        var own = node.Input.Where(name => name.Length > 0);
        return node.Attribute.Aggregate(own, (inputs, attribute) => inputs
            .Concat(attribute.G is null ? [] : Captured(attribute.G))
            .Concat(attribute.Graphs.SelectMany(Captured)));
    }

    /// <summary>A node in a message.</summary>
    public static string Describe(NodeProto node) => node.Name.Length > 0 ? $"the node '{node.Name}' ({node.OpType})" : $"a node of type {node.OpType}";

    // The values that a subgraph reads and does not define.
    private static HashSet<string> Captured(GraphProto graph)
    {
        var captured = graph.Node.SelectMany(ReadBy).Concat(graph.Output.Select(output => output.Name)).ToHashSet(StringComparer.Ordinal);
        captured.ExceptWith(graph.Input.Select(input => input.Name));
        captured.ExceptWith(graph.Initializer.Select(initializer => initializer.Name));
        captured.ExceptWith(graph.Node.SelectMany(OutputsOf));
        return captured;
    }

    // The format wants nodes sorted; a file that is not is sorted here, and otherwise left in its order.
    private List<NodeProto> Sort(GraphProto graph)
    {
        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var node = 0; node < graph.Node.Count; node++)
        {
            foreach (var output in OutputsOf(graph.Node[node]))
            {
                if (!producers.TryAdd(output, node))
                {
                    throw new OnnxFormatException($"The graph '{graph.Name}' computes '{output}' twice, in {Describe(graph.Node[producers[output]])} and {Describe(graph.Node[node])}.");
                }
            }
        }

        var given = graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var sorted = new List<NodeProto>(graph.Node.Count);
        var state = new byte[graph.Node.Count];
        var path = new Stack<(int Node, IEnumerator<int> Sources)>();
        for (var root = 0; root < graph.Node.Count; root++)
        {
            Enter(root);
            while (path.TryPeek(out var top))
            {
                if (top.Sources.MoveNext())
                {
                    Enter(top.Sources.Current);
                }
                else
                {
                    path.Pop();
                    state[top.Node] = Done;
                    sorted.Add(graph.Node[top.Node]);
                }
            }
        }

        return sorted;

        void Enter(int node)
        {
            if (state[node] == Open)
            {
                throw new OnnxFormatException($"The graph '{graph.Name}' has a cycle through {Describe(graph.Node[node])}.");
            }

            if (state[node] == New)
            {
                state[node] = Open;
                path.Push((node, Sources(node).GetEnumerator()));
            }
        }

        IEnumerable<int> Sources(int node)
        {
            foreach (var input in ReadBy(graph.Node[node]))
            {
                if (producers.TryGetValue(input, out var source))
                {
                    yield return source;
                }
                else if (!given.Contains(input) && !IsInitializer(input))
                {
                    throw new OnnxFormatException($"{Describe(graph.Node[node])} of the graph '{graph.Name}' reads '{input}', which nothing computes.");
                }
            }
        }
    }
}
