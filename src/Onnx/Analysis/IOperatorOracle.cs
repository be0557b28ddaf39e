using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>Knows what operators make that this library does not: in practice a runtime, which runs one of them alone on small inputs.</summary>
internal interface IOperatorOracle
{
    /// <summary>The types and shapes of a node's outputs for inputs of these types and shapes; <see langword="null"/> where it does not know either.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">What it reads, by name, values that its subgraphs read from outside included; all have a type and a shape.</param>
    IReadOnlyList<ProbeTensor>? Infer(NodeProto node, IReadOnlyDictionary<string, ProbeTensor> inputs);
}
