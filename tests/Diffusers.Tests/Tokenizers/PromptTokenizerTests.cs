using System.Text.Json;

namespace CachePolicies.Diffusers.Tests;

public class PromptTokenizerTests
{
    private const long Start = 49406;
    private const long End = 49407;

    private static readonly Lazy<IPromptTokenizer> Clip = new(() => PromptTokenizer.Open(TestData.PathOf("clip")));
    private static readonly Lazy<IPromptTokenizer> T5 = new(() => PromptTokenizer.Open(TestData.PathOf("t5")));

    /// <summary>What Hugging Face's native tokenizers make of 31 texts of many scripts, with the whole vocabularies.</summary>
    public static TheoryData<string, string, long[]> Truth()
    {
        var data = new TheoryData<string, string, long[]>();
        using var json = JsonDocument.Parse(File.ReadAllBytes(TestData.PathOf("tokens.json")));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            data.Add(
                entry.GetProperty("name").GetString()!,
                entry.GetProperty("text").GetString()!,
                [.. entry.GetProperty("ids").EnumerateArray().Select(i => i.GetInt64())]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Truth))]
    public void Encode_gives_the_ids_of_the_native_tokenizers(string name, string text, long[] expected)
    {
        var tokenizer = name == "clip" ? Clip.Value : T5.Value;

        var prompt = tokenizer.Encode(text, expected.Length + 5);

        Assert.Equal(expected, prompt.Ids.Take(prompt.Count));
        Assert.Equal(expected.Length, prompt.Count);
        Assert.Equal(0, prompt.Dropped);
        Assert.All(prompt.Ids.Skip(prompt.Count), id => Assert.Equal(name == "clip" ? End : 0, id));
    }

    [Fact]
    public void A_prompt_longer_than_the_window_is_cut_and_says_how_much_was_dropped()
    {
        var text = string.Join(' ', Enumerable.Repeat("fox", 100));

        var prompt = Clip.Value.Encode(text, 77);

        Assert.Equal(77, prompt.Ids.Length);
        Assert.Equal(77, prompt.Count);
        Assert.Equal(25, prompt.Dropped);
        Assert.Equal<long>([Start, .. Enumerable.Repeat(prompt.Ids[1], 75), End], prompt.Ids.ToArray());
    }

    [Fact]
    public void T5_keeps_its_end_token_when_it_cuts()
    {
        var prompt = T5.Value.Encode(string.Join(' ', Enumerable.Repeat("fox", 100)), 20);

        Assert.Equal(20, prompt.Ids.Length);
        Assert.Equal(1, prompt.Ids[^1]);
        Assert.True(prompt.Dropped > 0);
    }

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("A  \t\n b", "a b")]
    [InlineData("\u212B", "\u00e5")]
    public void Clip_sees_texts_alike_that_normalise_alike(string one, string other) =>
        Assert.Equal<long>(Clip.Value.Encode(one, 20).Ids.ToArray(), Clip.Value.Encode(other, 20).Ids.ToArray());

    [Fact]
    public void Clip_takes_letters_beyond_the_first_plane_as_letters()
    {
        // A mathematical letter and a symbol beside it are two words, as in "a$": the ids are those of the two apart.
        var together = Clip.Value.Encode("\U0001D4D0$", 40);
        var apart = Clip.Value.Encode("\U0001D4D0 $", 40);

        Assert.Equal<long>(apart.Ids.ToArray(), together.Ids.ToArray());
    }

    [Theory]
    [InlineData("\ud800")]
    [InlineData("a\udc00b")]
    [InlineData("\0")]
    public void A_text_that_is_no_text_is_encoded_all_the_same(string text)
    {
        Assert.Equal(Start, Clip.Value.Encode(text, 77).Ids[0]);
        Assert.Equal(77, T5.Value.Encode(text, 77).Ids.Length);
    }

    [Fact]
    public void A_pad_token_is_special_wherever_it_is_written()
    {
        using var folder = new TokenizerFolder().WithClip().With("special_tokens_map.json", """{ "pad_token": "!" }""");

        var prompt = PromptTokenizer.Open(folder.Path).Encode("fox!", 6);

        Assert.Equal<long>([Start, Clip.Value.Encode("fox", 6).Ids[1], 0, End, 0, 0], prompt.Ids.ToArray());
        Assert.Equal(4, prompt.Count);
    }

    [Fact]
    public void A_clip_vocabulary_is_read_from_tokenizer_json()
    {
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(TestData.PathOf("clip/vocab.json")));
        var merges = File.ReadAllLines(TestData.PathOf("clip/merges.txt")).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(' '));
        using var folder = new TokenizerFolder().With("tokenizer.json", JsonSerializer.Serialize(new { model = new { type = "BPE", vocab = vocabulary.RootElement, merges } }));

        Assert.Equal<long>(Clip.Value.Encode("a photo of 2 cafés!", 20).Ids.ToArray(), PromptTokenizer.Open(folder.Path).Encode("a photo of 2 cafés!", 20).Ids.ToArray());
    }

    [Fact]
    public void A_unigram_model_is_read_from_tokenizer_json()
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", """
            { "added_tokens": [ { "id": 0, "content": "<pad>", "special": true, "normalized": false }, { "id": 7, "content": "<extra_id_0>", "normalized": false } ],
              "model": { "type": "Unigram", "unk_id": 2,
                "vocab": [ ["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["▁", -2], ["▁red", -3], ["▁fox", -3.5], ["es", -4] ] } }
            """);

        var prompt = PromptTokenizer.Open(folder.Path).Encode("red foxes <extra_id_0> zzz", 12);

        Assert.Equal<long>([4, 5, 6, 7, 3, 2, 1, 0, 0, 0, 0, 0], prompt.Ids.ToArray());
    }

    [Fact]
    public void The_settings_limit_is_read()
    {
        using var folder = new TokenizerFolder().WithClip().With("tokenizer_config.json", """{ "tokenizer_class": "CLIPTokenizer", "model_max_length": 77 }""");
        using var unlimited = new TokenizerFolder().WithClip().With("tokenizer_config.json", """{ "model_max_length": 1000000000000000019884624838656 }""");

        Assert.Equal(77, PromptTokenizer.Open(folder.Path).MaximumLength);
        Assert.Null(PromptTokenizer.Open(unlimited.Path).MaximumLength);
        Assert.Equal(49408, PromptTokenizer.Open(folder.Path).VocabularySize);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_length_without_room_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Clip.Value.Encode("fox", length));

    [Fact]
    public async Task A_word_of_a_megabyte_is_encoded_in_bounded_time()
    {
        // Merging a word of a million letters at once takes minutes; in pieces it takes seconds on a busy machine.
        var prompt = await Task.Run(() => Clip.Value.Encode(new string('x', 1_000_000), 77)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(77, prompt.Count);
    }
}
