using CachePolicies.Diffusers;

namespace CachePolicies.Fuzz;

/// <summary><c>tokenizer.json</c>, which holds a tokenizer whole: CLIP's byte-level BPE or T5's unigram model.</summary>
internal sealed class WholeTokenizer : FuzzedFormat
{
    public override string FileName => "tokenizer.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text("""
            {
              "added_tokens": [
                { "id": 6, "content": "<|startoftext|>", "normalized": true, "special": true },
                { "id": 7, "content": "<|endoftext|>", "normalized": false, "special": true }
              ],
              "model": {
                "type": "BPE", "merges": ["r e", "re d</w>"],
                "vocab": { "r": 0, "e": 1, "d</w>": 2, "re": 3, "red</w>": 4, "a</w>": 5, "<|startoftext|>": 6, "<|endoftext|>": 7 }
              }
            }
            """),
        Resource.Text("""
            {
              "added_tokens": [{ "id": 0, "content": "<pad>" }, { "id": 1, "content": "</s>" }, { "id": 2, "content": "<unk>" }],
              "normalizer": { "type": "Sequence", "normalizers": [{ "type": "Precompiled", "precompiled_charsmap": "" }] },
              "model": { "type": "Unigram", "unk_id": 2, "vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["\u2581red", -3.5], ["\u2581", -2], ["a", -4], ["r", -4.5], ["e", -4.5], ["d", -5]] }
            }
            """),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(TokenizerException)];

    public override int Inputs => 600;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path) => PromptTokenizer.Open(Path.GetDirectoryName(path)!).Encode("A red apple \U0001F34E", 16);
}
