using CachePolicies.Splitting;
using CachePolicies.Tool;

namespace CachePolicies.Fuzz;

/// <summary>The facts about a model that its graph does not hold, which <c>split</c> adds to the manifest.</summary>
internal sealed class ModelSections : FuzzedFormat
{
    private static readonly Lazy<DenoiserDescription> Model = new(Inspect);

    public override string FileName => "sections.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text($$"""
            {
              "textToImage": {
                "tokenizer": { "kind": "words", "vocabulary": "vocabulary.json", "length": 8, "input": "{{Model.Value.Inputs[0].Name}}", "unknown": "refuse", "styles": ["a", "b"], "empty": 0 },
                "decoder": { "kind": "patches", "patch": 4, "width": 32, "height": 32, "channels": 3, "minimum": -1, "maximum": 1 },
                "sampler": { "kind": "flow-match-euler", "shift": 1.0 }
              },
              "training": { "steps": 3901 }
            }
            """),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(UsageException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Prepare(DirectoryInfo folder) => File.WriteAllText(Path.Combine(folder.FullName, "vocabulary.json"), "[]");

    public override void Read(string path) => ModelFacts.Add(path, Model.Value, new SplitOptions());

    private static DenoiserDescription Inspect()
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, Resource.Bytes("wan.onnx"));
        var description = DenoiserInspector.Inspect(path);
        File.Delete(path);
        return description;
    }
}
