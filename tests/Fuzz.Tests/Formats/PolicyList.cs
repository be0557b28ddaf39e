using CachePolicies.Tool;

namespace CachePolicies.Fuzz;

/// <summary>The policies of a comparison, by label.</summary>
internal sealed class PolicyList : FuzzedFormat
{
    public override string FileName => "policies.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text("""{ "tight": { "Policy": "H2Cache", "StructureThreshold": 0.05 }, "TeaCache": { "Coefficients": [1, 0], "Threshold": 0.1 }, "mask": { "Policy": "StepMask", "StepMask": "CCrr" } }"""),
        Resource.Text("""{ "CachePolicies": { "OnnxRuntime": { "Threads": 2 }, "TaylorSeer": { "Interval": 3 }, "b": { "Policy": "BlockCache", "WarmupSteps": 2 } } }"""),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(UsageException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path) => PolicyFile.Read(path, null);
}
