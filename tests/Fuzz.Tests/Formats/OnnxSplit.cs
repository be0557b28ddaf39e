using CachePolicies.Onnx;
using CachePolicies.Splitting;

namespace CachePolicies.Fuzz;

/// <summary>A denoiser's graph, as <c>split</c> reads it: what cannot be split leaves nothing behind.</summary>
internal sealed class OnnxSplit : FuzzedFormat
{
    public override string FileName => "model.onnx";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Bytes("wan.onnx")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(OnnxFormatException), typeof(ModelSplitException)];

    /// <summary>Each takes some ten milliseconds.</summary>
    public override int Inputs => 60;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => ProtobufMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var target = Path.Combine(Path.GetDirectoryName(path)!, "stages");
        DenoiserSplitter.Split(path, target, new SplitOptions { Verify = false });
        Directory.Delete(target, recursive: true);
    }
}
