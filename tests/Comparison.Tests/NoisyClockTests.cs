using CachePolicies.Policies;

namespace CachePolicies.Comparison.Tests;

/// <summary>Comparisons on machines that others keep busy, and by clocks that misbehave.</summary>
public class NoisyClockTests
{
    private const int Steps = 20;
    private static readonly int[] Policies = [2, 4, 8];

    [Fact]
    public void On_a_quiet_machine_the_speed_up_is_the_ideal_one()
    {
        var results = Compare(new FakeClock(), pictures: 3);

        Assert.True(results.Clock.IsUsable);
        Assert.All(results.Policies.Zip(Policies), p => Assert.Equal(FakePictures.IdealOf(p.Second, Steps), p.First.Speedup, 1e-6));
        Assert.All(results.Policies, p => Assert.Equal(1, p.Realised, 1e-6));
        Assert.Equal("10 / 0 / 10", results.Rows[1].Extents.ToString());
        Assert.Empty(ComparisonTable.NoteOnClock(results));
    }

    [Fact]
    public void A_machine_that_gets_slower_all_the_time_favours_nobody()
    {
        var results = Compare(new LoadedClock(now => 1 + (now / 50)), pictures: 8);

        Assert.All(results.Policies.Zip(Policies), p => Assert.Equal(1, p.First.Speedup / FakePictures.IdealOf(p.Second, Steps), 0.03));
    }

    [Fact]
    public void Bursts_of_load_never_make_an_impossible_setting_the_best()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var results = Compare(new LoadedClock(Bursts(seed)), pictures: 3);

            Assert.All(results.Policies.Zip(Policies), p => Assert.InRange(results.CredibleSpeedupOf(p.First) / FakePictures.IdealOf(p.Second, Steps), 0.4, 1.3));
            Assert.All(results.Policies.Where(_ => results.Clock.IsUsable), p => Assert.InRange(p.Realised, 0, ClockQuality.MostRealised));
            Assert.All(results.Policies.Where(_ => !results.Clock.IsUsable), p => Assert.Equal(p.Ideal, results.CredibleSpeedupOf(p)));
            Assert.All(results.Policies, p => Assert.InRange(results.ControlStepsOf(p), 1, Steps));
        }
    }

    [Fact]
    public void The_least_times_are_nearer_to_the_truth_than_all_times_together_or_their_medians()
    {
        var (least, medians, totals) = (0.0, 0.0, 0.0);
        for (var seed = 0; seed < 100; seed++)
        {
            var results = Compare(new LoadedClock(Bursts(seed)), pictures: 8);
            foreach (var (row, every) in results.Policies.Zip(Policies))
            {
                var truth = FakePictures.IdealOf(every, Steps);
                least += Math.Abs(Math.Log(row.Speedup / truth));
                medians += Math.Abs(Math.Log(results.Uncached.Seconds / row.Seconds / truth));
                totals += Math.Abs(Math.Log(results.Uncached.Runs.Sum(r => r.Seconds) / row.Runs.Sum(r => r.Seconds) / truth));
            }
        }

        Assert.True(least < 0.5 * Math.Min(medians, totals), $"least {least}, medians {medians}, totals {totals}");
    }

    [Fact]
    public void A_clock_that_stands_still_leaves_the_ideal_speed_ups()
    {
        var results = Compare(new StoppedClock(), pictures: 2);

        Assert.False(results.Clock.IsUsable);
        Assert.All(results.Policies, p => Assert.True(double.IsNaN(p.Speedup)));
        Assert.All(results.Policies, p => Assert.InRange(results.CredibleSpeedupOf(p), 1.2, 4));
        Assert.Equal(["every-8", "every-4", "every-2"], results.Policies.OrderByDescending(results.CredibleSpeedupOf).Select(p => p.Label));
        Assert.Contains("–", ComparisonTable.Of(results).ToPlainText());
        using var json = System.Text.Json.JsonDocument.Parse(JsonLine.Text(ResultsJson.Whole(results)));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.RootElement.GetProperty("rows")[1].GetProperty("speedup").ValueKind);
        Assert.NotEmpty(new ReportPage(results, ComparedResults.Picture).Render());
    }

    [Fact]
    public void A_clock_that_is_set_back_spoils_one_timing_and_not_the_comparison()
    {
        var results = Compare(new JumpingClock(), pictures: 4);

        Assert.All(results.Policies.Zip(Policies), p => Assert.InRange(results.CredibleSpeedupOf(p.First) / FakePictures.IdealOf(p.Second, Steps), 0.95, 1.05));
    }

    [Fact]
    public void No_more_work_is_done_than_was_told()
    {
        var clock = new FakeClock();
        var work = 0;
        var comparer = new Comparer(new FakePictures(clock), Plan(Enumerable.Range(2, 9), 2) with { Rounds = 2, ControlSteps = [3, 5, 11] }, clock);

        var results = comparer.Run(_ => work++, out var isWhole, CancellationToken.None);

        Assert.True(isWhole);
        Assert.Equal(comparer.Work, work);
        Assert.Equal([11, 5, 3], results.Controls.Select(c => c.Steps));
        Assert.All(results.Policies, p => Assert.All(p.Runs, r => Assert.Equal(2, r.Timings.Count)));
    }

    [Fact]
    public void Where_it_is_stopped_what_was_finished_for_every_policy_is_kept()
    {
        using var source = new CancellationTokenSource();
        var clock = new FakeClock();
        var plan = Plan(Policies, 3) with { Progressed = r => { if (r.Uncached.Runs.Count == 2) { source.Cancel(); } } };

        var results = new Comparer(new FakePictures(clock), plan, clock).Run(_ => { }, out var isWhole, source.Token);

        Assert.False(isWhole);
        Assert.All(results.Rows, r => Assert.Equal(2, r.Runs.Count));
        Assert.Empty(results.Controls);
    }

    [Fact]
    public void Controls_take_the_policies_times_and_say_what_they_are_by_their_steps()
    {
        var results = Compare(new FakeClock(), pictures: 2);

        Assert.All(results.Policies, p => Assert.NotNull(results.ControlOf(p)));
        Assert.All(results.Controls, c => Assert.Equal(Steps / (double)c.Steps, c.Speedup, 1e-9));
        Assert.Contains(Steps / 2, results.Controls.Select(c => c.Steps));
        Assert.All(results.Policies, p => Assert.Equal(p.Psnr - results.ControlOf(p)!.Psnr, results.AboveControl(p), 1e-9));
    }

    [Fact]
    public void No_two_runs_write_one_picture()
    {
        var clock = new FakeClock();
        var written = new List<string>();
        string[] labels = ["a/b", "a?b", "A-b", "a-b-1", "a-b", "..", "\u001b[31mred", new string('x', 300), new string('x', 299) + "y"];
        var plan = Plan([], 2) with { Policies = [.. labels.Select(l => new ComparedPolicy(l, "teacache", CachePolicy.TeaCache(new TeaCacheOptions(), "every-2")))], Save = (name, _) => written.Add(name) };

        var results = new Comparer(new FakePictures(clock), plan, clock).Run(_ => { }, out _, CancellationToken.None);

        Assert.Equal(results.Rows.Sum(r => r.Runs.Count), written.Select(w => w.ToUpperInvariant()).Distinct().Count());
        Assert.Equal(written.Count, results.Rows.Sum(r => r.Runs.Count));
        Assert.All(written, w => Assert.Matches("^images/[A-Za-z0-9._~-]{1,80}\\.png$", w));
        Assert.All(results.Rows, r => Assert.All(r.Runs, run => Assert.Contains(run.Image, written)));
    }

    [Fact]
    public void A_plan_without_pictures_or_with_one_label_twice_is_refused()
    {
        var clock = new FakeClock();
        Assert.Throws<ArgumentException>(() => new Comparer(new FakePictures(clock), Plan(Policies, 0), clock));
        Assert.Throws<ArgumentException>(() => new Comparer(new FakePictures(clock), Plan([2, 2], 1), clock));
    }

    private static ComparisonResults Compare(FakeClock clock, int pictures) =>
        new Comparer(new FakePictures(clock), Plan(Policies, pictures), clock).Run(_ => { }, out _, CancellationToken.None);

    private static ComparisonPlan Plan(IEnumerable<int> policies, int pictures) => new(
        Steps,
        1,
        [.. Enumerable.Range(1, pictures).Select(seed => new PlannedPicture("a prompt", seed))],
        [.. policies.Select(n => new ComparedPolicy($"every-{n}", "teacache", CachePolicy.TeaCache(new TeaCacheOptions(), $"every-{n}")))]);

    /// <summary>A machine that others slow down two to six times, now and then, for a tenth of a second to one.</summary>
    private static Func<double, double> Bursts(int seed)
    {
        var random = new Random(seed);
        var (until, slowdown) = (0.0, 1.0);
        return now =>
        {
            if (now >= until)
            {
                slowdown = random.NextDouble() < 0.35 ? 2 + (4 * random.NextDouble()) : 1;
                until = now + 0.1 + (0.9 * random.NextDouble());
            }

            return slowdown;
        };
    }

    private sealed class StoppedClock : FakeClock
    {
        public override void Work(double seconds)
        {
        }
    }

    /// <summary>Set back by a minute in one stage of seven hundred.</summary>
    private sealed class JumpingClock : FakeClock
    {
        private int _stages;

        public override void Work(double seconds) => Advance(++_stages % 700 == 0 ? -60 : seconds);
    }
}
