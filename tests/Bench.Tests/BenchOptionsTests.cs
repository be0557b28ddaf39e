namespace CachePolicies.Bench.Tests;

public class BenchOptionsTests
{
    [Fact]
    public void What_is_not_said_is_left_to_the_command()
    {
        var options = BenchOptions.Parse(["policies"]);

        Assert.Equal("policies", options.Command);
        Assert.Null(options.Steps);
        Assert.Null(options.Threads);
    }

    [Fact]
    public void Options_are_read()
    {
        var options = BenchOptions.Parse(["batch", "--steps", "50", "--threads", "1", "--target", "38.5", "--out", "-"]);

        Assert.Equal((50, 1, 38.5, "-"), (options.Steps, options.Threads, options.Target, options.Out));
    }

    [Theory]
    [InlineData("--steps", "0", "--steps is '0'; expected a positive whole number.")]
    [InlineData("--target", "NaN", "--target is 'NaN'; expected a positive number of decibels.")]
    [InlineData("--waiting", "Long", "--waiting is 'Long'; expected one of Sleep, SpinDuringRun, Spin.")]
    [InlineData("--step", "5", "The option '--step' is unknown.")]
    public void Bad_options_are_refused_by_name(string option, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => BenchOptions.Parse(["policies", option, value])).Message);

    [Fact]
    public void An_option_without_a_value_is_refused() =>
        Assert.Equal("--steps needs a value.", Assert.Throws<ArgumentException>(() => BenchOptions.Parse(["policies", "--steps"])).Message);
}
