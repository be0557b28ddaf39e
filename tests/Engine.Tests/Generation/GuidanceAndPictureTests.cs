namespace CachePolicies.Engine.Tests.Generation;

/// <summary>Guidance with rescale and further passes, pictures to start from, and masks.</summary>
public sealed class GuidanceAndPictureTests : IDisposable
{
    private const float Guidance = 4;
    private readonly TinyDenoiser _tiny = new();

    public void Dispose()
    {
        Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        _tiny.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3f)]
    [InlineData(1)]
    public void Guidance_rescale_is_the_formula_over_the_whole_sample(float share)
    {
        var sample = TinyDenoiser.Sample(5);
        var actual = Output(new GenerationRequest(1, [sample], Guidance) { GuidanceRescale = share });
        var (c, u) = (Output(new(1, [sample])), Output(new(1, [sample with { Conditional = sample.Unconditional! }])));
        var guided = c.Zip(u, (x, y) => y + (Guidance * (x - y))).ToArray();
        var factor = (share * Deviation(c) / Deviation(guided)) + (1 - share);
        Assert.All(guided.Zip(actual), pair => Assert.Equal(pair.First * factor, pair.Second, 1e-4));
        Assert.True(Math.Abs(Deviation(c) - Deviation(guided)) > 0.01, "a rescale that changes something");
    }

    [Fact]
    public void Rescale_over_outputs_that_do_not_vary_leaves_them_as_they_are()
    {
        var backend = _tiny.Backend;
        var type = new TensorDescriptor("latent", TensorKind.State, ElementType.Float32, new TensorShape(2, 3));
        var rescale = new GuidanceRescale(backend, type, [Guidance, 1 - Guidance], 0.5f);
        var outputs = new FeatureTensor?[2];
        foreach (ref var output in outputs.AsSpan())
        {
            output = backend.Rent(ElementType.Float32, type.Shape);
            backend.Upload(new float[] { 2, 2, 2, 2, 2, 2 }, output);
        }

        var guided = rescale.Apply(outputs)!;
        var numbers = new float[6];
        backend.Download(guided, numbers);
        Assert.All(numbers, n => Assert.Equal(2, n, 1e-6));
        Array.ForEach(outputs, o => o!.Release());
        guided.Release();
    }

    [Fact]
    public void A_further_pass_pushes_the_output_away_from_it()
    {
        var sample = TinyDenoiser.Sample(5);
        var perturbed = new Dictionary<string, InputValue> { ["prompt"] = new long[] { 3, 1 } };
        var further = sample with { FurtherPasses = [new GuidancePass(1.5f, perturbed)] };
        var (c, u) = (Output(new(1, [sample])), Output(new(1, [sample with { Conditional = sample.Unconditional! }])));
        var p = Output(new(1, [sample with { Conditional = perturbed }]));
        var observer = new RecordingObserver();
        var actual = Output(new(1, [further], Guidance), observer);
        for (var i = 0; i < c.Length; i++)
        {
            Assert.Equal(u[i] + (Guidance * (c[i] - u[i])) + (1.5 * (c[i] - p[i])), actual[i], 1e-4);
        }

        Assert.Equal(3, observer.Evaluations.Select(e => e.Lane.Branch).Distinct().Count());
        Assert.Contains("another number of further", Refused(new(1, [sample, further], Guidance)), StringComparison.Ordinal);
        Assert.Contains("finite", Refused(new(1, [sample with { FurtherPasses = [new GuidancePass(float.NaN, perturbed)] }], Guidance)), StringComparison.Ordinal);
        Assert.Contains("in its further pass 0", Refused(new(1, [sample with { FurtherPasses = [new GuidancePass(1, new Dictionary<string, InputValue>())] }])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_picture_is_noised_to_the_level_that_the_generation_begins_at(int first)
    {
        var (sample, picture) = (TinyDenoiser.Sample(5), TinyDenoiser.Sample(8).Noise.ToArray());
        foreach (var sampler in new ISampler[] { new FlowMatchEulerSampler(3), new DdimSampler(), new EulerSampler(), new HeunSampler(), new UniPcSampler() })
        {
            var request = new GenerationRequest(8, [sample with { Picture = picture }], Guidance) { FirstStep = first };
            using var generation = _tiny.Loop(ScriptedPolicy.None, sampler: sampler).Start(request);
            var begin = generation.Schedule.Evaluations[0];
            Assert.Equal(sampler.CreateSchedule(8).Evaluations.First(e => e.Step == first).Timestep, begin.Timestep);
            var noise = sample.Noise.ToArray();
            Assert.All(
                generation.DownloadLatent(0).Select((z, i) => (z, (begin.Signal * picture[i]) + (begin.Sigma * noise[i]))),
                pair => Assert.Equal(pair.Item2, pair.z, 1e-5));
            while (generation.MoveNext())
            {
            }

            Assert.All(generation.DownloadLatent(0), z => Assert.True(float.IsFinite(z)));
        }
    }

    [Fact]
    public void What_a_mask_keeps_is_the_picture_at_every_level_and_in_the_end()
    {
        var (sample, picture) = (TinyDenoiser.Sample(5), TinyDenoiser.Sample(8).Noise.ToArray());
        var mask = picture.Select((_, i) => i % 3 == 0 ? 0f : i % 3 == 1 ? 1 : 0.25f).ToArray();
        var plain = new List<float[]>();
        Latents(sample with { Picture = picture, StartsFromNoise = true }, plain);
        var masked = new List<float[]>();
        var schedule = Latents(sample with { Picture = picture, Mask = mask, StartsFromNoise = true }, masked);
        for (var i = 0; i < masked.Count; i++)
        {
            var (signal, sigma) = i + 1 < masked.Count ? (schedule.Evaluations[i + 1].Signal, schedule.Evaluations[i + 1].Sigma) : (1f, 0f);
            for (var k = 0; k < mask.Length; k += 3)
            {
                Assert.Equal((signal * picture[k]) + (sigma * sample.Noise.Span[k]), masked[i][k], 1e-5);
            }
        }

        // After the first evaluation the rest differs by the mask alone.
        for (var k = 0; k < mask.Length; k++)
        {
            var kept = (schedule.Evaluations[1].Signal * picture[k]) + (schedule.Evaluations[1].Sigma * sample.Noise.Span[k]);
            Assert.Equal((mask[k] * plain[0][k]) + ((1 - mask[k]) * kept), masked[0][k], 1e-5);
        }

        Assert.Equal(picture.Where((_, k) => k % 3 == 0), masked[^1].Where((_, k) => k % 3 == 0));
    }

    [Fact]
    public void Pictures_masks_and_first_steps_that_do_not_fit_are_refused()
    {
        var good = TinyDenoiser.Sample(1);
        Assert.Contains("begins at step 2, so sample 0 needs a picture", Refused(new(4, [good]) { FirstStep = 2 }), StringComparison.Ordinal);
        Assert.Contains("from 0 to 3", Refused(new(4, [good with { Picture = good.Noise }]) { FirstStep = 4 }), StringComparison.Ordinal);
        Assert.Contains("The picture of sample 0 has 5 numbers", Refused(new(4, [good with { Picture = new float[5] }])), StringComparison.Ordinal);
        Assert.Contains("The mask of sample 0 has 5 numbers", Refused(new(4, [good with { Picture = good.Noise, Mask = new float[5] }])), StringComparison.Ordinal);
        Assert.Contains("a mask and no picture", Refused(new(4, [good with { Mask = good.Noise }])), StringComparison.Ordinal);
        Assert.Contains("expected 0 to 1", Refused(new(4, [good], 3) { GuidanceRescale = 1.5f }), StringComparison.Ordinal);
        Assert.Contains("at least 1 image token", Refused(new(4, [good]) { ImageTokens = 0 }), StringComparison.Ordinal);
        var shifting = _tiny.Loop(ScriptedPolicy.None, sampler: new FlowMatchEulerSampler(new FlowMatchOptions { DynamicShift = DynamicShift.Exponential }));
        Assert.Contains(
            "'output' has no schedule that begins at step 1",
            Assert.Throws<ArgumentException>(() => _tiny.Loop(ScriptedPolicy.None, sampler: new OutputItself()).Start(new(4, [good with { Picture = good.Noise }]) { FirstStep = 1 })).Message,
            StringComparison.Ordinal);
        Assert.Contains("how many image tokens", Assert.Throws<ArgumentException>(() => shifting.Start(new(4, [good]))).Message, StringComparison.Ordinal);
    }

    private SamplingSchedule Latents(GenerationSample sample, List<float[]> latents)
    {
        using var generation = _tiny.Loop(ScriptedPolicy.None, sampler: new EulerSampler()).Start(new GenerationRequest(5, [sample], Guidance));
        while (generation.MoveNext())
        {
            latents.Add(generation.DownloadLatent(0));
        }

        return generation.Schedule;
    }

    private string Refused(GenerationRequest request) => Assert.ThrowsAny<ArgumentException>(() => _tiny.Loop(ScriptedPolicy.None).Start(request)).Message;

    private float[] Output(GenerationRequest request, IEvaluationObserver? observer = null) =>
        _tiny.Loop(ScriptedPolicy.None, sampler: new OutputItself()).Run(request, observer)[0];

    private static double Deviation(float[] numbers)
    {
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(n => Math.Pow(n - mean, 2)) / (numbers.Length - 1));
    }

    /// <summary>Returns the guided output.</summary>
    private sealed class OutputItself : ISampler
    {
        public string Name => "output";

        public SamplingSchedule CreateSchedule(int steps) => new(1, [new SamplingEvaluation(0, 0.7f, 0.7f, new SamplerUpdate(0, [1]))]);
    }
}
