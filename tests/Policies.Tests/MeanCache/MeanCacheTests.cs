namespace CachePolicies.Policies.Tests.MeanCache;

public class MeanCacheTests
{
    private static readonly float[] Nothing = new float[100];

    [Theory]
    [InlineData("qwen-image-25", "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 23 31 37 44 45 46 47 48 49")]
    [InlineData("qwen-image-17", "0 1 2 3 4 5 6 7 8 9 11 19 27 35 43 47 49")]
    [InlineData("Qwen-Image-10", "0 2 4 7 14 21 28 35 42 49")]
    public void Published_paths_compute_what_their_authors_list(string path, string computed) => Assert.Equal(computed, string.Join(' ', Computed(path, 50)));

    [Fact]
    public void A_published_path_keeps_its_number_of_evaluations_in_a_longer_run() =>
        // 49 · 99 / 49, 42 · 99 / 49 = 84.86, 35 · 99 / 49 = 70.71 …
        Assert.Equal([0, 4, 8, 14, 28, 42, 57, 71, 85, 99], Computed("qwen-image-10", 100));

    [Fact]
    public void A_path_of_your_own_is_taken_as_it_stands_and_reuses_to_the_end() => Assert.Equal([0, 1, 5], Computed("0, 1:2, 5:3", 9));

    [Fact]
    public void The_mean_is_taken_over_as_many_evaluations_as_the_path_says()
    {
        var walk = Walk("0,1:2,5:3", 9);
        Assert.Null(walk.Next(0).Decisions[0].Via);
        walk.Next(0);
        Assert.Equal(new LinearForecast(new MeanVelocityWeights(2)), walk.Next(0).Decisions[0].Via);
        walk.Next(0).Next(0);
        Assert.True(walk.Next(0).FullyComputed);
        Assert.Equal(new LinearForecast(new MeanVelocityWeights(3)), walk.Next(0).Decisions[0].Via);
    }

    [Fact]
    public void What_a_branch_was_left_out_of_is_computed_when_it_is_back() =>
        Assert.Equal("Cr", Walk("0,1,5:3", 9).Next(0).Next(0).LeaveOut(4).Letters(0, 0));

    [Fact]
    public void A_run_that_starts_at_a_picture_follows_the_end_of_the_path()
    {
        // The last 25 of 50: evaluations 25 (the first has to be computed), 28, 35, 42 and 49.
        var letters = Walk("qwen-image-10", 25, i => 0.5f - (i * 0.02f)).Letters(Nothing[..25]);
        Assert.Equal([25, 28, 35, 42, 49], letters.Index().Where(l => l.Item == 'C').Select(l => l.Index + 25));
    }

    [Fact]
    public void A_path_longer_than_the_run_is_refused() => Assert.Contains(
        "ends at evaluation 9, but the run has 6", Assert.Throws<CachePlanException>(() => Walk("0,9", 6).Next(0)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("1,2")]
    [InlineData("0,3,3")]
    [InlineData("0,2:9")]
    [InlineData("0,2:0")]
    [InlineData("0:")]
    [InlineData("qwen-image-11")]
    [InlineData("0,99999999999")]
    public void What_is_not_a_path_is_refused(string path) =>
        Assert.Contains("expected qwen-image-25", Assert.Single(new MeanCacheOptions { Path = path }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Any_other_forecast_goes_with_the_path() => Assert.Equal(
        new LinearForecast(new NewtonWeights(2)),
        Assert.Single(CachePolicy.MeanCache(new MeanCacheOptions { Approximation = { Method = SkipMethod.Newton, Order = 2 } }).Plan(Layouts.Unsplit).Skips).Approximation);

    [Fact]
    public void Alignment_is_refused() => Assert.Contains(
        "a fixed path has no probe", Assert.Single(new MeanCacheOptions { Approximation = { Method = SkipMethod.Aligned } }.Validate()), StringComparison.Ordinal);

    private static IEnumerable<int> Computed(string path, int evaluations) =>
        Walk(path, evaluations).Letters(Nothing[..evaluations]).Index().Where(l => l.Item == 'C').Select(l => l.Index);

    private static PolicyWalk Walk(string path, int evaluations, Func<int, float>? sigma = null) =>
        new(CachePolicy.MeanCache(new MeanCacheOptions { Path = path }), evaluations, Layouts.Unsplit, sigma);
}
