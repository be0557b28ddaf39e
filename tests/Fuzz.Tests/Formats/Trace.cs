using CachePolicies.Traces;

namespace CachePolicies.Fuzz;

/// <summary>A recorded run.</summary>
internal sealed class Trace : FuzzedFormat
{
    public override string FileName => "run.safetensors";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Bytes("trace.safetensors")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => SafetensorsMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        using var trace = TraceReader.Open(path);
        foreach (var boundary in trace.Boundaries)
        {
            foreach (var tensor in boundary.Tensors)
            {
                trace.Read(trace.Steps - 1, boundary.Name, tensor.Name, new float[tensor.Shape.ElementCount]);
            }
        }
    }
}
