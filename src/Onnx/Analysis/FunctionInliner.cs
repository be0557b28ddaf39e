using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf.Collections;

namespace CachePolicies.Onnx;

/// <summary>
/// Puts a model's own functions in place of their calls, so that what they hold can be followed and cut. Nodes get the name of the call before
/// their own, values that a function makes for itself a name that nothing else has.
/// </summary>
internal sealed class FunctionInliner
{
    // Calls within calls; a function that calls itself would not end.
    private const int DeepestCall = 64;

    // Functions that call several others each can multiply without end within that depth.
    private const int MostNodes = 1_000_000;

    private readonly Dictionary<(string Domain, string Name, string Overload), FunctionProto> _functions;
    private readonly string _path;
    private int _calls;
    private int _nodes;

    private FunctionInliner(ModelProto model, string path)
    {
        _path = path;
        _functions = model.Functions.GroupBy(function => (function.Domain, function.Name, function.Overload)).ToDictionary(same => same.Key, same => same.First());
    }

    /// <summary>The model without functions; the same where it has none.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <exception cref="OnnxFormatException">Functions call each other without end, or use operator sets of versions that exclude each other.</exception>
    public static ModelProto Inline(ModelProto model, string path)
    {
        if (model.Functions.Count == 0)
        {
            return model;
        }

        var inlined = model.Clone();
        new FunctionInliner(inlined, path).Replace(inlined.Graph.Node, 0);
        inlined.Functions.Clear();
        foreach (var import in model.Functions.SelectMany(function => function.OpsetImport))
        {
            if (inlined.OpsetImport.FirstOrDefault(known => known.Domain == import.Domain) is not { } own)
            {
                inlined.OpsetImport.Add(import.Clone());
            }
            else if (own.Version != import.Version && import.Domain is "" or "ai.onnx")
            {
                throw new OnnxFormatException($"'{path}': a function uses version {import.Version} of the operator set, the graph version {own.Version}; convert the model to one version.");
            }
        }

        return inlined;
    }

    private void Replace(RepeatedField<NodeProto> nodes, int depth)
    {
        if (depth > DeepestCall)
        {
            throw new OnnxFormatException($"'{_path}': functions call each other more than {DeepestCall} deep.");
        }

        var result = new List<NodeProto>(nodes.Count);
        foreach (var node in nodes)
        {
            foreach (var attribute in node.Attribute)
            {
                foreach (var graph in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
                {
                    Replace(graph.Node, depth + 1);
                }
            }

            if (_functions.TryGetValue((node.Domain, node.OpType, node.Overload), out var function))
            {
                var body = new RepeatedField<NodeProto> { BodyOf(function, node) };
                _nodes += body.Count;
                if (_nodes > MostNodes)
                {
                    throw new OnnxFormatException($"'{_path}': its functions stand for more than {MostNodes:N0} nodes.");
                }

                Replace(body, depth + 1);
                result.AddRange(body);
            }
            else
            {
                result.Add(node);
            }
        }

        nodes.Clear();
        nodes.AddRange(result);
    }

    private IEnumerable<NodeProto> BodyOf(FunctionProto function, NodeProto call)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{(call.Name.Length > 0 ? call.Name : function.Name)}#{_calls++}/");
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        Bind(function.Input, call.Input);
        Bind(function.Output, call.Output);
        var attributes = function.AttributeProto.Concat(call.Attribute).GroupBy(attribute => attribute.Name).ToDictionary(group => group.Key, group => group.Last());
        // An input that is handed through as an output has no node of its own.
        return function.Node.Select((node, number) => Copy(node, number, call, prefix, names, attributes))
            .Concat(function.Output.Index().Where(output => function.Input.Contains(output.Item)).Select(output => new NodeProto
            {
                OpType = "Identity",
                Name = prefix + output.Item,
                Input = { call.Input[function.Input.IndexOf(output.Item)] },
                Output = { call.Output[output.Index] },
            }));

        void Bind(RepeatedField<string> formal, RepeatedField<string> actual)
        {
            for (var i = 0; i < formal.Count; i++)
            {
                names.TryAdd(formal[i], i < actual.Count ? actual[i] : "");
            }
        }
    }

    private static NodeProto Copy(NodeProto node, int number, NodeProto call, string prefix, Dictionary<string, string> names, Dictionary<string, AttributeProto> attributes)
    {
        var copy = node.Clone();
        copy.Name = call.Name.Length == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{call.Name}/{(node.Name.Length > 0 ? node.Name : node.OpType)}_{number}");
        if (copy.MetadataProps.Count == 0)
        {
            copy.MetadataProps.AddRange(call.MetadataProps);
        }

        Rename(copy.Input);
        Rename(copy.Output);
        for (var i = copy.Attribute.Count - 1; i >= 0; i--)
        {
            var attribute = copy.Attribute[i];
            if (attribute.RefAttrName.Length > 0)
            {
                copy.Attribute.RemoveAt(i);
                if (attributes.TryGetValue(attribute.RefAttrName, out var given))
                {
                    var value = given.Clone();
                    value.Name = attribute.Name;
                    copy.Attribute.Insert(i, value);
                }
            }

            foreach (var graph in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
            {
                for (var inner = 0; inner < graph.Node.Count; inner++)
                {
                    graph.Node[inner] = Copy(graph.Node[inner], inner, call, prefix, names, attributes);
                }

                foreach (var value in graph.Input.Concat(graph.Output))
                {
                    value.Name = NameOf(value.Name);
                }

                foreach (var initializer in graph.Initializer)
                {
                    initializer.Name = NameOf(initializer.Name);
                }
            }
        }

        return copy;

        string NameOf(string name) => name.Length == 0 ? name : names.TryGetValue(name, out var known) ? known : names[name] = prefix + name;

        void Rename(RepeatedField<string> values)
        {
            for (var i = 0; i < values.Count; i++)
            {
                values[i] = NameOf(values[i]);
            }
        }
    }
}
