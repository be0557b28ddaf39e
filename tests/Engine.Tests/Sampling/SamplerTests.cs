namespace CachePolicies.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    [Property(MaxTest = 200)]
    public void Euler_is_exact_where_the_velocity_is_constant(byte steps, sbyte velocity, sbyte start)
    {
        var shift = 1 + (Math.Abs((int)start) / 20f);
        var schedule = new FlowMatchEulerSampler(shift).CreateSchedule(steps + 1);
        var end = Integrate(schedule, start, (_, _) => velocity);
        Assert.Equal(start - velocity, end, 1e-3);
    }

    [Fact]
    public void Euler_converges_on_the_known_solution_at_first_order_and_Heun_at_second()
    {
        // dz/dσ = z has z(0) = z(1)/e.
        double Error(ISampler sampler, int steps) => Math.Abs(Integrate(sampler.CreateSchedule(steps), 1, (z, _) => z) - Math.Exp(-1));
        var euler = Error(new FlowMatchEulerSampler(), 20) / Error(new FlowMatchEulerSampler(), 40);
        Assert.InRange(euler, 1.9, 2.1);

        // The last step of Heun's method is Euler's, whose own error is of second order as well.
        var heun = Error(new FlowMatchHeunSampler(), 40) / Error(new FlowMatchHeunSampler(), 80);
        Assert.InRange(heun, 3.5, 4.5);
        Assert.True(Error(new FlowMatchHeunSampler(), 40) < Error(new FlowMatchEulerSampler(), 80) / 2);
    }

    [Fact]
    public void Euler_follows_straight_paths_between_noise_and_data_exactly()
    {
        // A rectified flow whose data is one point x₀: v = (z − x₀)/σ. Each step ends on the straight line.
        var schedule = new FlowMatchEulerSampler(3).CreateSchedule(7);
        Assert.Equal(0.25, Integrate(schedule, -1.5, (z, sigma) => (z - 0.25) / sigma), 1e-5);
    }

    [Fact]
    public void The_time_shift_is_that_of_the_formula()
    {
        var schedule = new FlowMatchEulerSampler(3, 1000).CreateSchedule(4);
        Assert.Equal([1f, 0.9f, 0.75f, 0.5f], schedule.Evaluations.Select(e => e.Sigma));
        Assert.Equal([1000f, 900f, 750f, 500f], schedule.Evaluations.Select(e => e.Timestep));
    }

    [Fact]
    public void Heun_evaluates_twice_a_step_and_counts_evaluations()
    {
        var schedule = new FlowMatchHeunSampler().CreateSchedule(5);
        Assert.Equal(9, schedule.Evaluations.Length);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4], schedule.Evaluations.Select(e => e.Step));
        Assert.Equal(2, schedule.EstimateHistory);
        Assert.True(schedule.InfoAt(8).IsLast);
    }

    [Fact]
    public void Ddim_recovers_a_single_data_point_exactly()
    {
        // z = √ᾱ x₀ + √(1 − ᾱ) n: the optimal ε is n itself, and every step lands on the same noise at the next level.
        const double Data = 0.3, Noise = -1.1;
        var sampler = new DdimSampler(new DdimOptions { FinalAlphaIsOne = true });
        foreach (var steps in new[] { 1, 10, 50, 1000 })
        {
            var schedule = sampler.CreateSchedule(steps);
            var first = sampler.AlphaBarAt((int)schedule.Evaluations[0].Timestep);
            var end = Integrate(schedule, (Math.Sqrt(first) * Data) + (Math.Sqrt(1 - first) * Noise), (_, _) => Noise);
            Assert.Equal(Data, end, 2e-4);
        }
    }

    [Fact]
    public void Ddim_converges_on_the_known_flow_of_Gaussian_data()
    {
        // Data N(0, s²): ε(z) = z √(1 − ᾱ) / (ᾱ s² + 1 − ᾱ), and the probability flow scales z by the ratio of standard deviations.
        const double Deviation = 0.5;
        var sampler = new DdimSampler(new DdimOptions { FinalAlphaIsOne = true });
        double Total(double alpha) => Math.Sqrt((alpha * Deviation * Deviation) + 1 - alpha);
        double Error(int steps)
        {
            var schedule = sampler.CreateSchedule(steps);
            var first = sampler.AlphaBarAt((int)schedule.Evaluations[0].Timestep);
            var end = Integrate(schedule, Total(first), (z, sigma) => z * sigma / ((1 - (sigma * sigma)) * Deviation * Deviation + (sigma * sigma)));
            return Math.Abs(end - Deviation);
        }

        Assert.True(Error(500) < 6e-3, $"{Error(500)}");
        Assert.True(Error(500) < Error(50) / 5);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (var sampler in new ISampler[] { new FlowMatchEulerSampler(), new FlowMatchHeunSampler(), new DdimSampler() })
        {
            Assert.Contains("1 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.CreateSchedule(0)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => sampler.CreateSchedule(1001));
        }

        Assert.Throws<ArgumentException>(() => new FlowMatchEulerSampler(float.NaN));
        Assert.Throws<ArgumentException>(() => new FlowMatchHeunSampler(0));
        Assert.Throws<ArgumentException>(() => new DdimSampler(new DdimOptions { BetaStart = 0.5, BetaEnd = 0.1 }));
        Assert.Throws<ArgumentException>(() => new DdimSampler(new DdimOptions { TrainingSteps = 1 }));
        Assert.Throws<ArgumentException>(() => new DdimSampler(new DdimOptions { StepsOffset = -1 }));
    }

    private static double Integrate(SamplingSchedule schedule, double z, Func<double, double, double> model) =>
        PlainSampler.Integrate(schedule, z, (latent, evaluation) => model(latent, evaluation.Sigma));
}
