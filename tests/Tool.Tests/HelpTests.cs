namespace CachePolicies.Tool.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("generate")]
    [InlineData("compare")]
    [InlineData("tune")]
    [InlineData("schedule")]
    [InlineData("record")]
    [InlineData("replay")]
    [InlineData("measure")]
    [InlineData("providers")]
    [InlineData("inspect")]
    [InlineData("split")]
    public async Task Every_verb_shows_examples(string verb)
    {
        var run = await ToolRun.Of(verb, "--help");

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains($"Examples:{Environment.NewLine}  cachepolicies {verb} ", run.Output);
    }
}
