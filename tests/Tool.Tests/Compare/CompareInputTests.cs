namespace CachePolicies.Tool.Tests;

public sealed class CompareInputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Prompts_stand_a_line_each()
    {
        var file = Write("prompts.txt", "# known\nred apple\n\n  blue mushroom  \n"u8);

        Assert.Equal(["given", "red apple", "blue mushroom"], PromptFile.Read(file, ["given"]));
        Assert.Equal([1, 5], PromptFile.Seeds("1, 5,1"));
    }

    [Fact]
    public void A_policy_file_names_policies_by_label_or_by_name()
    {
        var file = Write("policies.json", """{ "CachePolicies": { "OnnxRuntime": { "Threads": 2 }, "TeaCache": { "Coefficients": [1, 0] }, "tight": { "Policy": "H2Cache", "StructureThreshold": 0.05, "Adaptive": { "Enabled": true } } } }"""u8);

        var policies = PolicyFile.Read(file, "none");

        Assert.Equal(["none", "TeaCache", "tight"], policies.Select(p => p.Label));
        Assert.Equal(["Coefficients=1,0"], policies[1].Settings);
        Assert.Equal(["StructureThreshold=0.05", "Adaptive.Enabled=true"], policies[2].Settings);
    }

    [Fact]
    public async Task What_is_wrong_is_refused_in_one_line()
    {
        var empty = Write("empty.txt", "\n# nothing\n"u8);
        var latin = Write("latin.txt", [0x66, 0xFC, 0x72]);
        var broken = Write("broken.json", "{ \"TeaCache\": "u8);
        var wrong = Write("wrong.json", """{ "TeaCache": { "Treshold": 1 } }"""u8);
        var occupied = Path.Combine(Write("file", "x"u8), "below");

        await Refuses("holds no prompt", "--prompts", empty, "--policies", "none");
        await Refuses("is not UTF-8", "--prompts", latin, "--policies", "none");
        await Refuses("There is no prompt", "--policies", "none");
        await Refuses("There is no policy; give some", "--prompt", "red apple");
        await Refuses("Did you mean 'teacache'?", "--prompt", "red apple", "--policies", "tecache");
        await Refuses("is named twice", "--prompt", "red apple", "--policies", "teacache,TeaCache");
        await Refuses("is not JSON", "--prompt", "red apple", "--policy-file", broken);
        await Refuses("Did you mean 'Threshold'?", "--prompt", "red apple", "--policy-file", wrong);
        await Refuses("The seed 'x' is not a whole number", "--prompt", "red apple", "--policies", "none", "--seeds", "1,x");
        await Refuses("expected 1 to 1000", "--prompt", "red apple", "--policies", "none", "--steps", "0");
        await Refuses("--guidance is 'NaN'", "--prompt", "red apple", "--policies", "none", "--guidance", "NaN");
        await Refuses("There is no model in", "--prompt", "red apple", "--policies", "none", "--model", _folder.FullName);
        await Refuses("cannot be written", "--prompt", "red apple", "--policies", "none", "--out", occupied);
    }

    private async Task Refuses(string says, params string[] arguments)
    {
        string[] where = arguments.Contains("--out") ? [] : ["--out", Path.Combine(_folder.FullName, "out")];
        Assert.Contains(says, (await ToolRun.Of(["compare", .. arguments, .. where])).Refused());
    }

    private string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content.ToArray());
        return path;
    }
}
