using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Splitting;

/// <summary>
/// Asks ONNX Runtime what an operator makes: the node runs alone, on the processor, on zeros of the inputs' shapes. Neither the model's weights nor the
/// rest of it are needed, and nodes that are alike are asked about once.
/// </summary>
internal sealed class RuntimeOracle(RepeatedField<OperatorSetIdProto> opsets) : IOperatorOracle
{
    // Above this many elements of inputs the answer is not worth the memory.
    private const long MostElements = 1L << 27;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, IReadOnlyList<ProbeTensor>?> _known = new(StringComparer.Ordinal);
    private readonly HashSet<NodeProto> _givenUp = [];

    /// <inheritdoc/>
    public IReadOnlyList<ProbeTensor>? Infer(NodeProto node, IReadOnlyDictionary<string, ProbeTensor> inputs)
    {
        if (_givenUp.Contains(node) || inputs.Values.Any(tensor => tensor.Type == OnnxElementType.Text || tensor.Type.BitSize() < 8) || inputs.Values.Sum(tensor => (double)tensor.Count) > MostElements)
        {
            return null;
        }

        var signature = Signature(node, inputs);
        if (!_known.TryGetValue(signature, out var answer))
        {
            _known[signature] = answer = Run(node, inputs);
        }

        return answer;
    }

    // Everything but the names.
    private static string Signature(NodeProto node, IReadOnlyDictionary<string, ProbeTensor> inputs)
    {
        var plain = new NodeProto { OpType = node.OpType, Domain = node.Domain, Attribute = { node.Attribute } };
        var shapes = node.Input.Select(name => name.Length == 0 ? "" : Describe(inputs[name])).Concat(inputs.Values.Skip(node.Input.Distinct().Count(name => name.Length > 0)).Select(Describe));
        return $"{Convert.ToHexString(plain.ToByteArray())} {string.Join(';', shapes)} {string.Join(',', node.Output.Select(name => name.Length > 0))}";

        static string Describe(ProbeTensor tensor) => $"{tensor.Type}[{string.Join(',', tensor.Shape!)}]{(tensor.Data is { } data ? string.Join(',', data) : "")}";
    }

    private ProbeTensor[]? Run(NodeProto node, IReadOnlyDictionary<string, ProbeTensor> inputs)
    {
        var outputs = OnnxGraphIndex.OutputsOf(node).ToList();
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "one node", Node = { node }, Output = { outputs.Select(output => new ValueInfoProto { Name = output }) } } };
        model.OpsetImport.AddRange(opsets);
        foreach (var (name, tensor) in inputs)
        {
            var shape = new TensorShapeProto { Dim = { tensor.Shape!.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }) } };
            model.Graph.Input.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)tensor.Type, Shape = shape } } });
        }

        var values = new List<OrtValue>();
        try
        {
            using var settings = RuntimeSessions.Settings();
            using var session = new InferenceSession(model.ToByteArray(), settings);
            foreach (var tensor in inputs.Values)
            {
                values.Add(Value(tensor));
            }

            using var options = new RunOptions();
            using var patience = new CancellationTokenSource(Patience);
            using var end = patience.Token.Register(() => options.Terminate = true);
            using var results = session.Run(options, inputs.Keys.ToList(), values, outputs);
            return [.. node.Output.Select(output => output.Length == 0 ? ProbeTensor.Unknown : Shape(results[outputs.IndexOf(output)]))];
        }
        catch (OnnxRuntimeException)
        {
            // No kernel on the processor, inputs that it does not take, or no end: it does not know either.
            _givenUp.Add(node);
            return null;
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    private static OrtValue Value(ProbeTensor tensor)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)tensor.Type, tensor.Shape!);
        value.GetTensorMutableRawData().Clear();
        if (tensor.Data is { } data && data.Length == tensor.Count)
        {
            for (var i = 0; i < data.Length; i++)
            {
                Set(value, tensor.Type, i, data[i]);
            }
        }

        return value;
    }

    private static void Set(OrtValue value, OnnxElementType type, int i, double number)
    {
        switch (type)
        {
            case OnnxElementType.Float32:
                value.GetTensorMutableDataAsSpan<float>()[i] = (float)number;
                break;
            case OnnxElementType.Float64:
                value.GetTensorMutableDataAsSpan<double>()[i] = number;
                break;
            case OnnxElementType.Int64:
                value.GetTensorMutableDataAsSpan<long>()[i] = (long)number;
                break;
            case OnnxElementType.Int32:
                value.GetTensorMutableDataAsSpan<int>()[i] = (int)number;
                break;
            case OnnxElementType.Boolean:
                value.GetTensorMutableDataAsSpan<bool>()[i] = number != 0;
                break;
            default:
                break;
        }
    }

    private static ProbeTensor Shape(OrtValue value)
    {
        if (value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            return ProbeTensor.Unknown;
        }

        var info = value.GetTensorTypeAndShape();
        return new ProbeTensor((OnnxElementType)info.ElementDataType, info.Shape);
    }
}
