using System.Globalization;
using System.Numerics;

namespace CachePolicies.Splitting;

/// <summary>
/// Finds what several stages need and the values of the latents do not change. It is computed once: with the embedding where the timestep or the shape
/// of the latents matters, else before it in the prelude, once per generation.
/// </summary>
internal sealed class SharedConditioning
{
    private readonly DenoiserGraph _graph;
    private readonly IReadOnlyList<PlannedBoundary> _boundaries;
    private readonly TensorPlanner _tensors;
    private readonly Crossings _crossings;
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private readonly ulong[] _stages;

    private SharedConditioning(DenoiserGraph graph, IReadOnlyList<PlannedBoundary> boundaries)
    {
        _graph = graph;
        _boundaries = boundaries;
        _tensors = new TensorPlanner(graph);
        _crossings = new Crossings(graph, boundaries);
        _stages = FindStages();
    }

    private PlannedBoundary Embedded => _boundaries[1];

    /// <summary>Adds what follows the timestep to the embedding.</summary>
    /// <returns>The prelude with what does not; it may be empty.</returns>
    public static PlannedBoundary Add(DenoiserGraph graph, IReadOnlyList<PlannedBoundary> boundaries) => new SharedConditioning(graph, boundaries).Add();

    private PlannedBoundary Add()
    {
        var prelude = new PlannedBoundary(SplitPlan.PreludeName, SplitPlan.PreludeName, new bool[_graph.Index.Nodes.Count]);
        for (var node = 0; node < _graph.Index.Nodes.Count; node++)
        {
            if (IsShared(node))
            {
                foreach (var value in OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).Where(IsWorthKeeping))
                {
                    Add(prelude, node, value);
                }
            }
        }

        return prelude;
    }

    private void Add(PlannedBoundary prelude, int node, string value)
    {
        var consumers = _graph.Index.Consumers(value);
        var state = Embedded.Tensors.Find(tensor => StageSlice.ValuesOf(tensor.Origin).Contains(value));
        if (IsPrelude(node))
        {
            if (state is not null || consumers.Any(consumer => _graph.IsDynamic[consumer] || (_graph.IsConditioning[consumer] && _stages[consumer] != 0 && !IsPrelude(consumer))))
            {
                prelude.Tensors.Add(_tensors.Condition(Unique(state?.Name ?? NameOf(node)), value));
            }
        }
        else if (state is null && consumers.Any(consumer =>
            (_graph.IsDynamic[consumer] && _crossings.StageOf(consumer) >= 1) || (_graph.IsConditioning[consumer] && !IsShared(consumer) && _stages[consumer] > 1)))
        {
            Embedded.Tensors.Add(_tensors.Condition(Unique(NameOf(node)), value));
        }
    }

    // By node: a bit for each stage that needs it.
    private ulong[] FindStages()
    {
        var count = _graph.Index.Nodes.Count;
        var stages = new ulong[count];
        var starts = Embedded.Tensors.SelectMany(tensor => StageSlice.ValuesOf(tensor.Origin)).ToHashSet(StringComparer.Ordinal);
        for (var node = count - 1; node >= 0; node--)
        {
            if (_graph.IsDynamic[node])
            {
                stages[node] = 1UL << _crossings.StageOf(node);
            }
            else if (_graph.IsConditioning[node])
            {
                // A state that starts as conditioning is made with the embedding.
                stages[node] = OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).Any(starts.Contains) ? 1UL : 0;
                foreach (var consumer in OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).SelectMany(_graph.Index.Consumers))
                {
                    stages[node] |= stages[consumer];
                }
            }
        }

        return stages;
    }

    private bool IsShared(int node) => _graph.IsConditioning[node] && ((_stages[node] & 1) != 0 || BitOperations.PopCount(_stages[node]) > 1);

    private bool IsPrelude(int node) => IsShared(node) && !_graph.FollowsTimestep[node] && !_graph.FollowsLatentShape[node];

    // Integers that come from shapes are worked out in each stage.
    private bool IsWorthKeeping(string value) => _graph.Shapes.Of(value) is { IsFloatingPoint: true } or { Axes.Count: >= 2 };

    private string NameOf(int node) => _graph.Index.Nodes[node].OpType switch
    {
        "Cos" => "rotary.cos",
        "Sin" => "rotary.sin",
        _ => _graph.FollowsTimestep[node] ? "vec" : "context",
    };

    private string Unique(string name)
    {
        var count = _taken[name] = _taken.GetValueOrDefault(name) + 1;
        return count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{count}");
    }
}
