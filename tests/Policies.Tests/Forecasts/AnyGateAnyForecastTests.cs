namespace CachePolicies.Policies.Tests.Forecasts;

/// <summary>A forecast is a setting of every policy that skips, and not a policy of its own.</summary>
public class AnyGateAnyForecastTests
{
    public static TheoryData<string, SkipMethod> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, SkipMethod>();
            foreach (var policy in PolicyCatalog.All.Where(p => p.Options.Find("Approximation.Method") is not null))
            {
                foreach (var method in Enum.GetValues<SkipMethod>().Where(m => m != SkipMethod.Aligned))
                {
                    pairs.Add(policy.Name, method);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_policy_takes_every_forecast_from_its_settings(string name, SkipMethod method)
    {
        var policy = PolicyCatalog.All.Single(p => p.Name == name);
        var options = policy.CreateOptions();
        Set("Approximation.Method", method.ToString());
        Set("Approximation.MaximumGain", "3");
        if (options is DiCacheOptions)
        {
            Set("TrajectoryAlignment", "false");
        }

        if (options is MagCacheOptions magnitude)
        {
            magnitude.Calibration = new MagCacheCalibration(Layouts.Flux.Fingerprint, [1, 1], [1, 1]);
        }

        var approximations = policy.Create(options).Plan(Layouts.Flux).Skips.Select(s => s.Approximation).ToList();
        Assert.NotEmpty(approximations);
        if (method != SkipMethod.Plain)
        {
            Assert.All(approximations, a => Assert.Equal(3, Assert.IsAssignableFrom<LinearForecast>(a).MaximumGain));
            Assert.All(approximations, a => Assert.Contains(method.ToString(), ((LinearForecast)a).Weights.GetType().Name, StringComparison.Ordinal));
        }

        void Set(string option, string value) => Assert.True(policy.Options.Find(option)!.TryWrite(options, value));
    }

    [Fact]
    public void Damping_leads_any_forecast_towards_reuse()
    {
        var options = new StepMaskOptions { Approximation = { Method = SkipMethod.Newton, Damping = 0.5f } };
        var forecast = Assert.IsType<LinearForecast>(CachePolicy.StepMask(options).Plan(Layouts.Flux).Skips.Single().Approximation);
        Span<double> weights = new double[2];
        Assert.True(forecast.TryWeigh(new SkipPoint(new(6, 10, 0, 0.4f), [new(4, 10, 0, 0.6f), new(2, 10, 0, 0.8f)]), weights, out _));
        Assert.Equal([1.5, -0.5], weights.ToArray());
    }

    [Fact]
    public void The_state_or_the_clean_picture_can_be_kept_instead_of_the_residual()
    {
        LinearForecast Of(KeptSubject keep) => Assert.IsType<LinearForecast>(
            CachePolicy.EasyCache(new EasyCacheOptions { Approximation = { Method = SkipMethod.Newton, Keep = keep } }).Plan(Layouts.Unsplit).Skips.Single().Approximation);
        Assert.Equal([ForecastSubject.Residual, ForecastSubject.State, ForecastSubject.CleanPicture], Enum.GetValues<KeptSubject>().Select(k => Of(k).Subject));
        Assert.Equal(Approximation.ReuseOutput, CachePolicy.TeaCache(new TeaCacheOptions { Approximation = { Keep = KeptSubject.State } }).Plan(Layouts.Flux).Skips.Single().Approximation);
    }
}
