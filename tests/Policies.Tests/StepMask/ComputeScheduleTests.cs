namespace CachePolicies.Policies.Tests.StepMasks;

public sealed class ComputeScheduleTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private static ComputeSchedule Schedule { get; } = new(
        Layouts.Flux.Fingerprint, Layouts.Flux.Latent.Primary.Shape.ToString(), "euler", 3, [.. Enumerable.Range(0, 8).Select(i => 1 - (i / 8f))], ["Approximation.Method=Newton"], [[0, 1, 3, 6], [0, 4]]);

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(null, "CCrCrrCr")]
    [InlineData(4, "CCrCrrCr")]
    [InlineData(2, "CrrrCrrr")]
    public void Computes_the_evaluations_listed_for_the_budget(int? budget, string expected)
    {
        Schedule.Save(_file);
        var options = new StepMaskOptions { ScheduleFile = _file, Evaluations = budget };
        Assert.Equal(expected, new PolicyWalk(CachePolicy.StepMask(options), 8).Letters(Enumerable.Repeat(0f, 8)));
    }

    [Fact]
    public void An_evaluation_that_the_lane_was_left_out_of_is_made_good_by_the_next() => Assert.Equal(
        "CrCrr",
        new PolicyWalk(CachePolicy.StepMask(new StepMaskOptions { Schedule = Schedule with { Budgets = [[0, 3]] } }), 8) is var walk
            ? walk.Letters(0, 0) + walk.LeaveOut(2).Letters(0, 0, 0)
            : "");

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        string Refusal(ComputeSchedule schedule, int evaluations = 8, Func<int, float>? sigma = null) => Assert.Throws<CachePlanException>(
            () => new PolicyWalk(CachePolicy.StepMask(new StepMaskOptions { Schedule = schedule }), evaluations, sigma: sigma).Letters(Enumerable.Repeat(0f, evaluations))).Message;
        Assert.Contains("the fingerprint 'other', but 'small' has", Refusal(Schedule with { Fingerprint = "other" }), StringComparison.Ordinal);
        Assert.Contains("a latent of [1, 2], but this one has", Refusal(Schedule with { Latent = "[1, 2]" }), StringComparison.Ordinal);
        Assert.Contains("8 evaluations (euler), but this run has 9", Refusal(Schedule, 9), StringComparison.Ordinal);
        Assert.Contains("noise level 0.875 at evaluation 1 (euler), but this run is at 0.9", Refusal(Schedule, sigma: i => i == 1 ? 0.9f : 1 - (i / 8f)), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_settings_than_it_was_found_with_are_noted()
    {
        Assert.Contains("was found with Approximation.Method=Newton", Assert.Single(CachePolicy.StepMask(new StepMaskOptions { Schedule = Schedule }).Plan(Layouts.Flux).Notes), StringComparison.Ordinal);
        Assert.Empty(CachePolicy.StepMask(new StepMaskOptions { Schedule = Schedule, Approximation = { Method = SkipMethod.Newton } }).Plan(Layouts.Flux).Notes);
    }

    [Fact]
    public void A_budget_that_it_does_not_have_is_refused_with_those_that_it_has()
    {
        Assert.Contains("expected one of the schedule's budgets (2, 4)", Assert.Single(new StepMaskOptions { Schedule = Schedule, Evaluations = 3 }.Validate()), StringComparison.Ordinal);
        Assert.Contains("null without a ScheduleFile", Assert.Single(new StepMaskOptions { Evaluations = 3 }.Validate()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("null", "holds null")]
    [InlineData("{}", "it lacks the model's fingerprint")]
    [InlineData("{\"fingerprint\":\"f\",\"latent\":\"[1]\",\"sampler\":\"s\",\"found\":[],\"guidance\":1,\"sigmas\":[1,0.5],\"budgets\":[]}", "it has no budget")]
    [InlineData("{\"fingerprint\":\"f\",\"latent\":\"[1]\",\"sampler\":\"s\",\"found\":[],\"guidance\":1,\"sigmas\":[1,0.5],\"budgets\":[[0,2]]}", "not rising from 0 to at most 1")]
    [InlineData("{\"fingerprint\":\"f\",\"latent\":\"[1]\",\"sampler\":\"s\",\"found\":[],\"guidance\":1,\"sigmas\":[1,0.5],\"budgets\":[[0,1],[0,1]]}", "two of its budgets are equal")]
    [InlineData("{\"fingerprint\":\"f\",\"latent\":\"[1]\",\"sampler\":\"s\",\"found\":[],\"guidance\":1,\"sigmas\":[],\"budgets\":[[0]]}", "finite noise levels")]
    public void A_damaged_file_is_refused_and_named(string content, string says)
    {
        File.WriteAllText(_file, content);
        var problem = Assert.Single(new StepMaskOptions { ScheduleFile = _file }.Validate());
        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.Contains(_file, problem, StringComparison.Ordinal);
        Assert.Contains("There is no schedule", Assert.Single(new StepMaskOptions { ScheduleFile = _file + ".missing" }.Validate()), StringComparison.Ordinal);
    }
}
