using CachePolicies.Onnx;
using CachePolicies.Splitting;

namespace CachePolicies.Fuzz;

/// <summary>A denoiser's graph, as <c>inspect</c> reads it.</summary>
internal sealed class OnnxGraph : FuzzedFormat
{
    public override string FileName => "model.onnx";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Bytes("wan.onnx"), Resource.Bytes("pixart.onnx")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(OnnxFormatException), typeof(ModelSplitException)];

    /// <summary>Each takes some ten milliseconds.</summary>
    public override int Inputs => 150;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => ProtobufMutator.Mutate(random, seed);

    public override void Read(string path) => DenoiserInspector.Inspect(path);
}
