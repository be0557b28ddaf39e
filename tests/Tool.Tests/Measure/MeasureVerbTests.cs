namespace CachePolicies.Tool.Tests;

public sealed class MeasureVerbTests : IDisposable
{
    private readonly SafetensorsBuilder _file = new();

    public MeasureVerbTests()
    {
        _file.Add("0000/latent", [1, 2, 2], 1, 2, 3, 4);
        _file.Add("0001/latent", [1, 2, 2], 2, 2, 3, 6);
        _file.Add("0001/text", [1, 1, 2], 1, 2);
        Features = _file.Save();
    }

    private string Features { get; }

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("relative-l1", 0.3)]
    [InlineData("RelativeL1", 0.3)]
    [InlineData("relative-l2", 0.408248)]
    [InlineData("cosine", 0.0219385)]
    [InlineData("mean-absolute-difference", 0.75)]
    public async Task An_estimator_gives_the_distance_that_its_formula_says(string estimator, double expected)
    {
        var json = Assert.Single((await ToolRun.Of("measure", Features, "0000/latent", "0001/latent", "--estimator", estimator, "--json")).Json());

        Assert.Equal(expected, json.GetProperty("distance").GetDouble(), 1e-5);
        Assert.False(json.TryGetProperty("kernel", out _));
    }

    [Fact]
    public async Task Pfs_pools_with_the_window_that_its_divisor_gives()
    {
        var json = Assert.Single((await ToolRun.Of("measure", Features, "0000/latent", "0001/latent", "--estimator", "pfs", "-o", "Divisor=1", "--json")).Json());

        Assert.Equal("pfs", json.GetProperty("estimator").GetString());
        Assert.Equal(2, json.GetProperty("kernel").GetInt32());
        Assert.Equal(0.3, json.GetProperty("distance").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("relative-l1", 0.333333)]
    [InlineData("mean-absolute-difference", 1)]
    [InlineData("pfs", 0.333333)]
    public async Task With_frames_the_worst_one_is_told(string estimator, double expected)
    {
        var json = Assert.Single((await ToolRun.Of("measure", Features, "0000/latent", "0001/latent", "--estimator", estimator, "-o", "Frames=2", "--json")).Json());

        Assert.Equal($"{estimator}-per-frame", json.GetProperty("estimator").GetString());
        Assert.Equal(expected, json.GetProperty("distance").GetDouble(), 1e-5);
    }

    [Fact]
    public async Task A_distance_that_is_no_number_is_a_text()
    {
        _file.Add("zero", [1, 1, 2], 0, 0);
        var path = _file.Save("zero.safetensors");

        var json = Assert.Single((await ToolRun.Of("measure", path, "zero", "zero", "--estimator", "relative-l1", "--json")).Json());

        Assert.Equal("NaN", json.GetProperty("distance").GetString());
    }

    [Fact]
    public async Task Without_json_people_read_a_line()
    {
        var run = await ToolRun.Of("measure", Features, "0000/latent", "0001/latent", "--estimator", "relative-l1");

        Assert.Equal("relative-l1 0.3", run.Output.Trim());
    }

    [Theory]
    [InlineData("relative-l1", "", "no tensor '0001/latnt'; did you mean '0001/latent'?", "0000/latent", "0001/latnt")]
    [InlineData("relative-l1", "", "[2, 2] and '0001/text' [1, 2]", "0000/latent", "0001/text")]
    [InlineData("pfsx", "", "Did you mean 'pfs'?", "0000/latent", "0001/latent")]
    [InlineData("pfs", "Divisor=0", "at least 1", "0000/latent", "0001/latent")]
    [InlineData("pfs", "Divisor=two", "expected a whole number of at least 1", "0000/latent", "0001/latent")]
    [InlineData("pfs", "Divsor=2", "Did you mean 'Divisor'?", "0000/latent", "0001/latent")]
    [InlineData("cosine", "Divisor=2", "Frames, FrameAxis", "0000/latent", "0001/latent")]
    [InlineData("relative-l1", "Frames=3", "3 frames along axis 0 of [2, 2] is not possible; 2 is not a multiple of 3", "0000/latent", "0001/latent")]
    [InlineData("pfs", "Frames=0", "at least 1", "0000/latent", "0001/latent")]
    [InlineData("pfs", "FrameAxis=1", "expected both, or neither", "0000/latent", "0001/latent")]
    public async Task What_is_wrong_is_refused_in_one_line(string estimator, string option, string says, string reference, string current)
    {
        string[] arguments = ["measure", Features, reference, current, "--estimator", estimator];

        Assert.Contains(says, (await ToolRun.Of(option.Length == 0 ? arguments : [.. arguments, "-o", option])).Refused());
    }

    [Fact]
    public async Task A_truncated_file_and_one_that_is_none_are_refused()
    {
        var truncated = _file.Save("truncated.safetensors", dropBytes: 4);

        Assert.Contains("truncated.safetensors", (await ToolRun.Of("measure", truncated, "0000/latent", "0001/latent", "--estimator", "cosine")).Refused());
        Assert.Contains("There is no file 'absent'", (await ToolRun.Of("measure", "absent", "a", "b", "--estimator", "cosine")).Refused());
    }
}
