using CachePolicies.Traces;

namespace CachePolicies.Fuzz;

/// <summary>Tensors in a file, whoever wrote it.</summary>
internal sealed class Safetensors : FuzzedFormat
{
    public override string FileName => "tensors.safetensors";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Bytes("trace.safetensors")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(NotSupportedException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => SafetensorsMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, entry) in file.Tensors)
        {
            file.Read(name, new float[entry.ElementCount]);
        }
    }
}
