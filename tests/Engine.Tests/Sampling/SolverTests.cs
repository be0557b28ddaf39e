namespace CachePolicies.Engine.Tests.Sampling;

/// <summary>Solvers on problems whose solutions are known.</summary>
public sealed class SolverTests
{
    private const double Data = 0.3, Noise = -1.1, Deviation = 0.5;

    [Theory]
    [MemberData(nameof(AllSamplers.Deterministic), MemberType = typeof(AllSamplers))]
    public void A_single_data_point_is_reached_from_any_noise(string name)
    {
        // Where the data is one point x₀, z = α x₀ + s n keeps its n at every level, and every solver's slope is constant.
        foreach (var steps in new[] { 1, 2, 3, 4, 17, 50 })
        {
            var schedule = AllSamplers.ByName[name].CreateSchedule(steps);
            var first = schedule.Evaluations[0];
            var end = PlainSampler.Integrate(
                schedule, (first.Signal * Data) + (first.Sigma * Noise), (z, at) => Output(PredictionOf(name), at, Data, (z - (at.Signal * Data)) / at.Sigma));
            var left = EndsWithNoise(name) ? 0.04 : 0;
            Assert.InRange(end, Data - left - 2e-3, Data + left + 2e-3);
        }
    }

    [Theory]
    [InlineData("ddim Epsilon", 1)]
    [InlineData("ddim Velocity", 1)]
    [InlineData("dpm 1 Epsilon", 1)]
    [InlineData("dpm 2 Epsilon", 2)]
    [InlineData("dpm 2 Velocity", 2)]
    [InlineData("dpm 3 Sample", 2)]
    [InlineData("unipc 2 Epsilon", 2)]
    [InlineData("dpm Noise", 2)]
    public void The_error_on_Gaussian_data_falls_with_the_order_of_the_solver(string name, int order)
    {
        // A multistep solver begins with one step of first order, whose own error is of second order: no solver shows more here.
        // Data N(0, d²): the flow keeps z in proportion to its standard deviation √(α² d² + s²), whatever the schedule is.
        double Error(int steps)
        {
            var schedule = AllSamplers.ByName[name].CreateSchedule(steps);
            var (first, worst) = (schedule.Evaluations[0], 0.0);
            var start = Total(first);
            PlainSampler.Integrate(schedule, start, (z, at) =>
            {
                // At the last levels the levels themselves are coarse; the middle of the schedule shows the order.
                worst = at.Sigma is > 0.3f ? Math.Max(worst, Math.Abs(z - Total(at))) : worst;
                var data = at.Signal * Deviation * Deviation * z / (Total(at) * Total(at));
                return Output(PredictionOf(name), at, data, (z - (at.Signal * data)) / at.Sigma);
            });
            return worst;
        }

        var (coarse, fine) = (Error(16), Error(64));
        var measured = Math.Log(coarse / fine) / Math.Log(4);
        Assert.True(measured > order - 0.6, $"{name}: errors {coarse:E2} and {fine:E2}, order {measured:F2}");
    }

    [Fact]
    public void Higher_orders_are_nearer_to_the_solution_at_few_steps()
    {
        double Error(string name)
        {
            var schedule = AllSamplers.ByName[name].CreateSchedule(12);
            var worst = 0.0;
            PlainSampler.Integrate(schedule, Total(schedule.Evaluations[0]), (z, at) =>
            {
                worst = at.Sigma > 0.3f ? Math.Max(worst, Math.Abs(z - Total(at))) : worst;
                return z * at.Sigma / (Total(at) * Total(at));
            });
            return worst;
        }

        Assert.True(Error("dpm 2 Epsilon") < Error("dpm 1 Epsilon") / 2, $"{Error("dpm 2 Epsilon")} {Error("dpm 1 Epsilon")}");
        Assert.True(Error("dpm 3 Epsilon") < Error("dpm 1 Epsilon") / 2, $"{Error("dpm 3 Epsilon")} {Error("dpm 1 Epsilon")}");
        Assert.True(Error("unipc 2 Epsilon") < Error("dpm 1 Epsilon") / 2, $"{Error("unipc 2 Epsilon")} {Error("dpm 1 Epsilon")}");
    }

    [Fact]
    public void Heun_is_of_second_order_and_Euler_of_first_in_sigma()
    {
        double Error(ISampler sampler, int steps)
        {
            var schedule = sampler.CreateSchedule(steps);
            var end = PlainSampler.Integrate(schedule, Total(schedule.Evaluations[0]), (z, at) => z * at.Sigma / (Total(at) * Total(at)));
            return Math.Abs(end - Deviation);
        }

        var karras = new HeunSampler(new HeunOptions { SigmaSpacing = SigmaSpacing.Karras });
        Assert.True(Error(karras, 20) < Error(new EulerSampler(new EulerOptions { SigmaSpacing = SigmaSpacing.Karras }), 40) / 5);
        Assert.True(Error(karras, 40) < Error(karras, 20) / 2.5);
    }

    [Fact]
    public void Fresh_noise_keeps_the_variance_that_the_level_has()
    {
        // Data N(0, d²) under ancestral steps: latents keep their standard deviation at each level, over many runs.
        var schedule = new EulerAncestralSampler().CreateSchedule(200);
        var random = new Random(3);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var squares = 0.0;
        for (var run = 0; run < 1500; run++)
        {
            var end = PlainSampler.Integrate(schedule, Total(schedule.Evaluations[0]) * Normal(), (z, at) => z * at.Sigma / (Total(at) * Total(at)), Normal);
            squares += end * end;
        }

        Assert.InRange(Math.Sqrt(squares / 1500), Deviation * 0.9, Deviation * 1.1);
    }

    [Theory]
    [MemberData(nameof(AllSamplers.Names), MemberType = typeof(AllSamplers))]
    public void A_schedule_from_a_later_step_goes_on_where_the_whole_one_does(string name)
    {
        var sampler = AllSamplers.ByName[name];
        var whole = sampler.CreateSchedule(8);
        for (var first = 0; first < 8; first++)
        {
            var rest = sampler.CreateSchedule(new ScheduleRequest(8, first));
            Assert.Equal(whole.Evaluations[^1].Timestep, rest.Evaluations[^1].Timestep);
            Assert.Contains(whole.Evaluations, e => e.Timestep == rest.Evaluations[0].Timestep && e.Sigma == rest.Evaluations[0].Sigma && e.Signal == rest.Evaluations[0].Signal);
            Assert.True(rest.Evaluations.Length <= whole.Evaluations.Length - first);
        }

        Assert.Contains("from 0 to 7", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.CreateSchedule(new ScheduleRequest(8, 8))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllSamplers.Names), MemberType = typeof(AllSamplers))]
    public void Weights_are_finite_for_any_number_of_steps(string name)
    {
        var most = AllSamplers.ByName[name] is LcmSampler ? 50 : 1000;
        foreach (var steps in Enumerable.Range(1, 60).Concat([100, 333, 500, 501, 998, 999, 1000]).Where(n => n <= most))
        {
            var schedule = AllSamplers.ByName[name].CreateSchedule(steps);
            Assert.All(schedule.Evaluations, e =>
            {
                float[] numbers =
                [
                    e.Timestep, e.Sigma, e.Signal, e.Update.LatentWeight, e.Update.OutputWeight, e.Update.NoiseWeight, e.Update.AnchorWeight, e.Update.EstimateLatentWeight,
                    e.Update.EstimateOutputWeight, .. e.Update.EstimateWeights, .. e.Update.Anchor?.EstimateWeights ?? [], e.Update.Anchor?.LatentWeight ?? 0, e.Update.Anchor?.AnchorWeight ?? 0,
                ];
                Assert.All(numbers, n => Assert.True(float.IsFinite(n), $"{steps} steps, step {e.Step}: {n}"));
                Assert.InRange(e.Sigma, 0, 1);
            });
            Assert.Equal(0, schedule.Evaluations[0].Step);
        }
    }

    [Fact]
    public void The_beta_distribution_is_the_known_one()
    {
        // I_x(1/2, 1/2) = 2/π asin √x and I_x(2, 3) = 6x² − 8x³ + 3x⁴.
        foreach (var x in new[] { 1e-6, 0.01, 0.2, 0.5, 0.7, 0.999 })
        {
            Assert.Equal(2 / Math.PI * Math.Asin(Math.Sqrt(x)), BetaDistribution.Cumulative(x, 0.5, 0.5), 1e-12);
            Assert.Equal((6 * x * x) - (8 * x * x * x) + (3 * x * x * x * x), BetaDistribution.Cumulative(x, 2, 3), 1e-12);
            Assert.Equal(x, BetaDistribution.Quantile(BetaDistribution.Cumulative(x, 0.6, 0.6), 0.6, 0.6), 1e-9);
        }

        Assert.Equal((0, 0.5, 1), (BetaDistribution.Quantile(0, 0.6, 0.6), Math.Round(BetaDistribution.Quantile(0.5, 0.6, 0.6), 12), BetaDistribution.Quantile(1, 0.6, 0.6)));
    }

    private static double Total(SamplingEvaluation at) => Math.Sqrt((at.Signal * at.Signal * Deviation * Deviation) + (at.Sigma * at.Sigma));

    private static bool EndsWithNoise(string name) => name.StartsWith("ddim", StringComparison.Ordinal) || name.StartsWith("pndm", StringComparison.Ordinal) || name is "euler ending" or "euler log-linear" or "unipc noise" or "dpm Noise" or "dpm Data";

    private static PredictionType? PredictionOf(string name) =>
        name.Contains("flow", StringComparison.Ordinal) ? PredictionType.Flow
        : name.Contains("elocity", StringComparison.Ordinal) || name == "ddim zero" ? PredictionType.Velocity
        : name.Contains("Sample", StringComparison.Ordinal) ? PredictionType.Sample
        : PredictionType.Epsilon;

    private static double Output(PredictionType? prediction, SamplingEvaluation at, double data, double noise) => prediction switch
    {
        PredictionType.Flow => noise - data,
        PredictionType.Velocity => (at.Signal * noise) - (at.Sigma * data),
        PredictionType.Sample => data,
        _ => noise,
    };
}
