using System.Text.Json;

namespace CachePolicies.Tool.Tests;

public sealed class SplitVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-verbs-");

    private string Target => Path.Combine(_folder.FullName, "split");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_sample_model_ships_what_splitting_it_gives()
    {
        var facts = SampleFacts();
        var run = await ToolRun.Of("split", Path.Combine(SampleModel(), "denoiser.onnx"), "--out", Target, "--name", "emoji", "--facts", facts);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("3 double_blocks, then 6 single_blocks", run.Output, StringComparison.Ordinal);
        Assert.Contains("bit by bit, at every boundary", run.Output, StringComparison.Ordinal);
        var written = Directory.GetFiles(Target).Select(Path.GetFileName).ToArray();
        Assert.Equal(13, written.Length);
        Assert.All(written, file => Assert.Equal(File.ReadAllBytes(Path.Combine(SampleModel(), file!)), File.ReadAllBytes(Path.Combine(Target, file!))));
    }

    [Theory]
    [InlineData("nothing here", "is not JSON:")]
    [InlineData("[]", "is not an object with the sections 'textToImage' and 'training'.")]
    [InlineData("{ \"name\": \"x\" }", "has the section 'name'; 'textToImage' and 'training' can be added to a manifest")]
    [InlineData("{ \"textToImage\": { \"sampler\": { \"kind\": \"ddim\", \"shift\": 1 } } }", "The section 'textToImage' is not one:")]
    [InlineData("text_ids -> words", "the tokenizer fills the input 'words', which")]
    [InlineData("vocabulary.json -> none.json", "The vocabulary 'none.json', which")]
    [InlineData("vocabulary.json -> ../x.json", "names the vocabulary '../x.json'; expected a file beside it.")]
    [InlineData("vocabulary.json -> weights.bin", "which has one of that name already; rename it.")]
    public async Task Facts_that_are_not_right_are_a_sentence_and_leave_nothing(string facts, string message)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var path = SampleFacts();
        File.WriteAllText(Path.Combine(_folder.FullName, "weights.bin"), "[]");
        File.WriteAllText(path, facts.Split(" -> ") is [var from, var to] ? File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal) : facts);
        var run = await ToolRun.Of("split", Path.Combine(SampleModel(), "denoiser.onnx"), "--out", Target, "--verify", "false", "--facts", path);
        Assert.Contains(message, run.Refused(), StringComparison.Ordinal);
        Assert.Equal(3, _folder.GetFileSystemInfos().Length);
    }

    [Fact]
    public async Task Inspect_writes_one_object_for_machines()
    {
        var run = await ToolRun.Of("inspect", SplitModel.Fixture("unet"), "--json");
        var description = Assert.Single(run.Json());
        Assert.Equal("UNet", description.GetProperty("family").GetString());
        Assert.Equal([2, 1, 2], description.GetProperty("stacks").EnumerateArray().Select(stack => stack.GetProperty("count").GetInt32()));
        Assert.Equal(8, description.GetProperty("boundaries")[1].GetProperty("tensors")[0].GetProperty("axes")[0].GetInt32());
    }

    [Fact]
    public async Task Inspect_tells_people_the_family_the_blocks_and_the_stages()
    {
        var run = await ToolRun.Of("inspect", SplitModel.Fixture("flux"));
        Assert.Contains("dual-stream, then single-stream transformer, as FLUX", run.Output, StringComparison.Ordinal);
        Assert.Contains("3 transformer_blocks, then 4 single_transformer_blocks", run.Output, StringComparison.Ordinal);
        Assert.Contains("detail.probe", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect none.onnx", "There is no file 'none.onnx'")]
    [InlineData("inspect FLUX --latent z", "has no input 'z'; it has hidden_states")]
    [InlineData("inspect FLUX --cut middle", "'middle' is not a value of --cut; expected 'boundary=tensor[,tensor]'.")]
    [InlineData("inspect FLUX --cut middle=none", "The cut 'middle' names 'none', which no node of the graph computes.")]
    [InlineData("inspect FLUX --signal here=none", "The signal 'here' is at no boundary; expected 'boundary/name' with one of embedded")]
    [InlineData("split FLUX", "--out")]
    [InlineData("split FLUX --out EXISTS", "exists already; name a directory that does not, or remove it first.")]
    [InlineData("split FLUX --out TARGET --prediction score", "The prediction 'score' is not known; expected 'velocity' or 'epsilon'.")]
    [InlineData("split TEXT --out TARGET", "is not an ONNX model: its content does not follow the format.")]
    [InlineData("split CUT_OFF --out TARGET", "was cut off: the graph at byte")]
    public async Task Bad_input_is_a_sentence_and_leaves_nothing(string line, string message)
    {
        ArgumentNullException.ThrowIfNull(line);
        File.WriteAllText(Path.Combine(_folder.FullName, "text.onnx"), "not a model at all");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "cut.onnx"), File.ReadAllBytes(SplitModel.Fixture("flux"))[..10_000]);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "exists"));
        var before = Directory.GetFileSystemEntries(_folder.FullName);
        var arguments = line.Split(' ').Select(argument => argument switch
        {
            "FLUX" => SplitModel.Fixture("flux"),
            "TARGET" => Target,
            "EXISTS" => Path.Combine(_folder.FullName, "exists"),
            "TEXT" => Path.Combine(_folder.FullName, "text.onnx"),
            "CUT_OFF" => Path.Combine(_folder.FullName, "cut.onnx"),
            _ => argument,
        });
        Assert.Contains(message, (await ToolRun.Of([.. arguments])).Refused(), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.FullName));
    }

    // The sections of the sample's manifest that come from no graph, beside the vocabulary that they name.
    private string SampleFacts()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SampleModel(), "manifest.json")));
        var sections = new[] { "textToImage", "training" }.Select(name => $"\"{name}\": {manifest.RootElement.GetProperty(name).GetRawText()}");
        File.Copy(Path.Combine(SampleModel(), "vocabulary.json"), Path.Combine(_folder.FullName, "vocabulary.json"));
        var path = Path.Combine(_folder.FullName, "facts.json");
        File.WriteAllText(path, $"{{ {string.Join(", ", sections)} }}");
        return path;
    }

    private static string SampleModel() => Repository.PathOf("models/emoji");
}
