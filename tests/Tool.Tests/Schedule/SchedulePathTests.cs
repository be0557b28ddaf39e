using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Tool.Tests;

public sealed class SchedulePathTests
{
    [Fact]
    public void The_path_is_the_cheapest_of_all_schedules() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from count in Gen.Choose(3, 8) from budget in Gen.Choose(2, count) from costs in Gen.Choose(0, 1000).ArrayOf(9 * 8 * 8) select (count, budget, costs)).ToArbitrary(),
        t =>
        {
            double Cost(int before, int from, int at) => t.costs[((((before + 1) * 8) + from) * 8) + at];
            var (computed, cost) = SchedulePath.Find(SegmentCosts.Of(t.count, Cost), t.budget);
            Assert.Equal(t.budget, computed.Length);
            Assert.Equal(0, computed[0]);
            Assert.Equal(cost, CostOf(computed, t.count, Cost), 1e-9);
            Assert.Equal(All(t.count, t.budget).Min(list => CostOf(list, t.count, Cost)), cost, 1e-9);
        }));

    [Fact]
    public void Equal_errors_are_spread_evenly()
    {
        // The error rises with the distance from the last computed evaluation.
        var costs = SegmentCosts.Of(10, (_, from, at) => at - from);
        Assert.Equal([0, 2, 4, 6, 8], SchedulePath.Find(costs, 5).Computed.AsEnumerable());
    }

    [Fact]
    public void Refinement_goes_on_while_a_move_helps_and_no_longer()
    {
        ImmutableArray<int> best = [0, 3, 9, 14];
        var asked = 0;
        double Error(ImmutableArray<int> list)
        {
            asked++;
            Assert.Equal(0, list[0]);
            Assert.True(list.Zip(list.Skip(1)).All(p => p.First < p.Second) && list[^1] < 20);
            return list.Zip(best, (a, b) => (a - b) * (a - b)).Sum();
        }

        Assert.Equal(best.AsEnumerable(), ScheduleRefinement.Climb([0, 1, 2, 3], 20, 10_000, Error));
        asked = 0;
        ScheduleRefinement.Climb([0, 1, 2, 3], 20, 5, Error);
        Assert.Equal(6, asked);
    }

    [Theory]
    [InlineData("60", "--evaluations is '60'; expected 2 to 50")]
    [InlineData("10,1", "--evaluations is '1'; expected 2 to 50")]
    [InlineData("0", "'0'; expected 2 to 50")]
    [InlineData("", "''; expected 2 to 50")]
    [InlineData("ten", "'ten'; expected 2 to 50")]
    public void A_budget_that_a_run_cannot_have_is_refused(string text, string says) =>
        Assert.Contains(says, Assert.Throws<UsageException>(() => ScheduleVerb.BudgetsOf(text, 50)).Message);

    [Fact]
    public void Runs_that_are_too_long_are_refused() =>
        Assert.Contains("at most 250", Assert.Throws<UsageException>(() => ScheduleVerb.BudgetsOf("5", 300)).Message);

    private static double CostOf(IReadOnlyList<int> computed, int count, Func<int, int, int, double> cost)
    {
        var sum = 0.0;
        for (var i = 0; i < computed.Count; i++)
        {
            for (var at = computed[i] + 1; at < (i + 1 < computed.Count ? computed[i + 1] : count); at++)
            {
                sum += cost(i == 0 ? SegmentCosts.None : computed[i - 1], computed[i], at);
            }
        }

        return sum;
    }

    private static IEnumerable<int[]> All(int count, int budget) =>
        from bits in Enumerable.Range(0, 1 << count)
        where (bits & 1) == 1 && System.Numerics.BitOperations.PopCount((uint)bits) == budget
        select Enumerable.Range(0, count).Where(i => ((bits >> i) & 1) == 1).ToArray();
}
