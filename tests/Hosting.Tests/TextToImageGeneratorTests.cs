using CachePolicies.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests;

public sealed class TextToImageGeneratorTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly LogCollector _log = new();
    private readonly ServiceProvider _services;
    private readonly ITextToImageGenerator _generator;

    public TextToImageGeneratorTests()
    {
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddProvider(_log));
        services.AddCachePolicies()
            .AddNoCache()
            .AddH2Cache(o => (o.StructureThreshold, o.DetailThreshold, o.StructurePoolDivisor) = (0.3f, 0.3f, 4))
            .AddBlockCache(o => o.Threshold = 0.3f)
            .AddTeaCache(o => (o.Coefficients, o.Threshold) = ([1, 0], 0.3f))
            .AddDiCache(o => (o.Threshold, o.RetentionRatio) = (0.3f, 0))
            .UseTextToImage(_ => _tiny.Model);
        _services = services.BuildServiceProvider();
        _generator = _services.GetRequiredService<ITextToImageGenerator>();
    }

    public void Dispose()
    {
        _services.Dispose();
        _log.Dispose();
        _tiny.Dispose();
    }

    private static TextToImageRequest Request(string policy = "None") => new("red pear") { Policy = policy, Steps = 12, Seed = 3 };

    [Fact]
    public async Task Updates_count_the_evaluations_and_end_in_the_result()
    {
        var updates = new List<TextToImageUpdate>();
        await foreach (var update in _generator.GenerateAsync(Request() with { PreviewEvery = 5 }))
        {
            updates.Add(update);
        }

        var progress = updates.OfType<TextToImageProgress>().ToArray();
        Assert.Equal(Enumerable.Range(1, 12), progress.Select(p => p.Completed));
        Assert.All(progress, p => Assert.Equal((12, 0), (p.Total, p.Decisions.Count)));
        Assert.Equal([5, 10], progress.Where(p => p.Preview is not null).Select(p => p.Completed));
        var result = Assert.IsType<TextToImageResult>(updates[^1]);
        Assert.Equal(("None", 12, 4, 4), (result.Policy, result.Evaluations, result.Image.Width, result.Image.Height));
        Assert.Equal(48, result.Planes.Length);
        Assert.Equal(0, _tiny.LiveTensors);
    }

    [Fact]
    public async Task Equal_requests_give_equal_pictures_and_the_seed_and_the_prompt_matter()
    {
        var picture = await _generator.GenerateImageAsync(Request());
        Assert.Equal(picture.Planes.ToArray(), (await _generator.GenerateImageAsync(Request())).Planes.ToArray());
        Assert.NotEqual(picture.Planes.ToArray(), (await _generator.GenerateImageAsync(Request() with { Seed = 4 })).Planes.ToArray());
        Assert.NotEqual(picture.Planes.ToArray(), (await _generator.GenerateImageAsync(Request() with { Prompt = "red apple" })).Planes.ToArray());
    }

    [Theory]
    [InlineData("H2Cache")]
    [InlineData("BlockCache")]
    [InlineData("TeaCache")]
    [InlineData("DiCache")]
    public async Task Every_policy_skips_and_tells_what_it_decided(string policy)
    {
        var records = new List<Engine.EvaluationRecord>();
        var stages = 0;
        await foreach (var update in _generator.GenerateAsync(Request(policy) with { ReportDecisions = true }))
        {
            if (update is TextToImageProgress progress)
            {
                records.AddRange(progress.Decisions);
                stages += progress.Stages.Count;
            }
        }

        Assert.Equal(24, records.Count);
        Assert.Contains(records, r => r.Checks.Any(c => c.Taken));
        Assert.True(stages < 12 * 6, "a stage was saved");
    }

    [Theory]
    [InlineData("H2Cache", "StructureThreshold")]
    [InlineData("BlockCache", "Threshold")]
    [InlineData("TeaCache", "Threshold")]
    [InlineData("DiCache", "Threshold")]
    public async Task A_threshold_of_zero_is_the_picture_without_a_cache(string policy, string option)
    {
        var overrides = new CachePolicyOverrides().Set(option, "0");
        if (policy == "H2Cache")
        {
            overrides.Set("DetailThreshold", "0");
        }

        var plain = await _generator.GenerateImageAsync(Request());
        var cached = await _generator.GenerateImageAsync(Request(policy) with { PolicyOverrides = overrides });

        Assert.Equal(plain.Planes.ToArray(), cached.Planes.ToArray());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(3, 2)]
    public async Task Sixteen_at_once_equal_one_after_another(int? rows, int parallel)
    {
        string[] policies = ["None", "H2Cache", "BlockCache", "TeaCache", "DiCache"];
        var requests = Enumerable.Range(0, 16).Select(i => Request(policies[i % 5]) with { Seed = i, Prompt = i % 2 == 0 ? "pear" : "red apple" }).ToArray();
        var expected = new List<float[]>();
        foreach (var request in requests)
        {
            expected.Add((await _generator.GenerateImageAsync(request)).Planes.ToArray());
        }

        var services = new ServiceCollection();
        services.AddCachePolicies(o => (o.MaximumConcurrentGenerations, o.MaximumSharedRows, o.ParallelRuns) = (16, rows, parallel))
            .AddNoCache()
            .AddH2Cache(o => (o.StructureThreshold, o.DetailThreshold, o.StructurePoolDivisor) = (0.3f, 0.3f, 4))
            .AddBlockCache(o => o.Threshold = 0.3f)
            .AddTeaCache(o => (o.Coefficients, o.Threshold) = ([1, 0], 0.3f))
            .AddDiCache(o => (o.Threshold, o.RetentionRatio) = (0.3f, 0))
            .UseTextToImage(_ => _tiny.Model);
        await using var provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredService<ITextToImageGenerator>();
        var results = await Task.WhenAll(requests.Select(r => Task.Run(() => generator.GenerateImageAsync(r))));

        Assert.Equal(expected, results.Select(r => r.Planes.ToArray()));
        Assert.Equal(0, _tiny.LiveTensors);
    }

    [Fact]
    public async Task Cancelling_stops_within_a_stage_and_leaves_no_tensor()
    {
        using var cancel = new CancellationTokenSource();
        var stages = 0;
        _tiny.BeforeStage = () =>
        {
            if (++stages == 20)
            {
                cancel.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _generator.GenerateImageAsync(Request(), cancel.Token));

        Assert.Equal(20, stages);
        Assert.Equal(0, _tiny.LiveTensors);
        _tiny.BeforeStage = null;
        await _generator.GenerateImageAsync(Request());
    }

    [Fact]
    public async Task A_reader_who_leaves_stops_the_work()
    {
        await foreach (var update in _generator.GenerateAsync(Request() with { Steps = 1000 }))
        {
            if (update is TextToImageProgress)
            {
                break;
            }
        }

        Assert.Equal(0, _tiny.LiveTensors);
        await _generator.GenerateImageAsync(Request());
    }

    [Fact]
    public async Task Whoever_waits_is_told_the_position_and_may_leave_the_queue()
    {
        using var hold = new ManualResetEventSlim();
        _tiny.BeforeStage = hold.Wait;
        var first = _generator.GenerateImageAsync(Request());

        // One leaves after being told its place, one waits for its turn.
        await foreach (var update in _generator.GenerateAsync(Request()))
        {
            Assert.Equal(new TextToImageQueued(1), update);
            break;
        }

        var second = _generator.GenerateImageAsync(Request());
        Assert.False(second.IsCompleted);
        hold.Set();
        await first.WaitAsync(Patience.Limit);
        await second.WaitAsync(Patience.Limit);
        Assert.Equal((0, 0), (_services.GetRequiredService<GenerationGate>().Running, _services.GetRequiredService<GenerationGate>().Waiting));
    }

    [Fact]
    public async Task A_stage_that_fails_ends_one_generation_and_not_the_next()
    {
        _tiny.BeforeStage = () => throw new InvalidOperationException("device lost");
        var error = await Assert.ThrowsAsync<Engine.StageFailedException>(() => _generator.GenerateImageAsync(Request()));
        Assert.Contains("device lost", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _tiny.LiveTensors);

        _tiny.BeforeStage = null;
        await _generator.GenerateImageAsync(Request());
    }

    [Theory]
    [InlineData(0, 3f, "steps is 0")]
    [InlineData(1001, 3f, "steps is 1001")]
    [InlineData(5, float.NaN, "Guidance is NaN")]
    [InlineData(5, -1f, "Guidance is -1")]
    [InlineData(5, float.PositiveInfinity, "Guidance is")]
    public async Task Numbers_out_of_range_are_refused(int steps, float guidance, string expected)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => _generator.GenerateImageAsync(Request() with { Steps = steps, Guidance = guidance }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_words_and_policies_are_refused()
    {
        await Assert.ThrowsAsync<UnknownWordsException>(() => _generator.GenerateImageAsync(Request() with { Prompt = "blue apple" }));
        await Assert.ThrowsAsync<UnknownCachePolicyException>(() => _generator.GenerateImageAsync(Request("Magic")));
        await Assert.ThrowsAsync<OptionsValidationException>(() => _generator.GenerateImageAsync(Request("H2Cache") with { PolicyOverrides = new CachePolicyOverrides().Set("StructureThreshold", "NaN") }));
    }

    [Fact]
    public async Task Without_a_model_the_message_says_how_to_register_one()
    {
        await using var services = new ServiceCollection().AddCachePolicies().AddNoCache().Services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(Request()));
        Assert.Contains("UseModel", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.000001", "never hit")]
    [InlineData("50", "always hit")]
    public async Task A_threshold_outside_every_distance_is_warned_of_once(string threshold, string expected)
    {
        await _generator.GenerateImageAsync(Request("BlockCache") with { PolicyOverrides = new CachePolicyOverrides().Set("Threshold", threshold) });

        var warning = Assert.Single(_log.Entries, e => e.Level == LogLevel.Warning).Message;
        Assert.Contains(expected, warning, StringComparison.Ordinal);
        Assert.Contains("'BlockCache'", warning, StringComparison.Ordinal);
        Assert.Contains("ran from", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_are_not_numbers_are_warned_of()
    {
        _tiny.Constant = 0;
        await _generator.GenerateImageAsync(Request("BlockCache"));
        Assert.Contains("not numbers", Assert.Single(_log.Entries, e => e.Level == LogLevel.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_threshold_that_works_is_not_warned_of()
    {
        var request = Request("BlockCache") with { Steps = 30 };
        var distances = new List<float>();
        await foreach (var update in _generator.GenerateAsync(request with { ReportDecisions = true, PolicyOverrides = new CachePolicyOverrides().Set("Threshold", "0") }))
        {
            distances.AddRange((update as TextToImageProgress)?.Decisions.SelectMany(d => d.Distances).Select(d => d.Distance).Where(float.IsFinite) ?? []);
        }

        var median = distances.Order().ElementAt(distances.Count / 2);
        await _generator.GenerateImageAsync(request with { PolicyOverrides = new CachePolicyOverrides().Configure<BlockCacheOptions>(o => o.Threshold = median) });

        Assert.DoesNotContain(_log.Entries, e => e.Level == LogLevel.Warning);
    }
}
