namespace CachePolicies.Policies.Tests.StepMasks;

public class StepMaskPolicyTests
{
    private static string Letters(string mask, int evaluations) =>
        new PolicyWalk(CachePolicy.StepMask(new StepMaskOptions { StepMask = mask }), evaluations).Letters(Enumerable.Repeat(float.NaN, evaluations));

    [Theory]
    [InlineData("fast")]
    [InlineData("CrrCrrrrCCCCCCCCCCCCCCCCCCCC")]
    public void Does_what_the_mask_says_and_measures_nothing(string mask)
    {
        var letters = string.Concat(Policies.StepMask.Parse(mask).For(28).Select(c => c ? 'C' : 'r'));
        Assert.Equal(letters, Letters(mask, 28));
        Assert.Empty(CachePolicy.StepMask().Plan(Layouts.Flux).Measurements);
    }

    [Theory]
    [InlineData("lemica-flux-20", 50, 20)]
    [InlineData("LeMiCa-FLUX-15", 50, 15)]
    [InlineData("lemica-flux-10", 50, 10)]
    [InlineData("lemica-z-image-turbo-8", 10, 8)]
    [InlineData("lemica-z-image-turbo-6", 10, 6)]
    public void Lists_by_model_and_budget_compute_as_many_as_they_say(string list, int evaluations, int computed)
    {
        var letters = Letters(list, evaluations);
        Assert.Equal(computed, letters.Count(l => l == 'C'));
        Assert.EndsWith("C", letters, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_skips_in_a_row_holds_besides() => Assert.Equal(
        "CrCrCr",
        new PolicyWalk(CachePolicy.StepMask(new StepMaskOptions { StepMask = "Crrrrr", MaximumConsecutiveSkips = 1 }), 6).Letters(Enumerable.Repeat(0f, 6)));
}
