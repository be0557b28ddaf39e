using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CachePolicies.Hosting.Tests;

/// <summary>A generation does not depend on its reader, and ends with its host.</summary>
public sealed class ReaderTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    private static TextToImageRequest Request(int steps = 4) => new("red pear") { Steps = steps, Guidance = 1 };

    private ServiceProvider Services(Action<CachePoliciesOptions>? configure = null) =>
        new ServiceCollection().AddCachePolicies(configure).AddNoCache().UseTextToImage(_ => _tiny.Model).Services.BuildServiceProvider();

    [Fact]
    public async Task A_reader_that_stalls_delays_nobody_and_finds_the_result()
    {
        await using var services = Services();
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        await using var stalled = generator.GenerateAsync(Request()).GetAsyncEnumerator();
        Assert.True(await stalled.MoveNextAsync());

        await generator.GenerateImageAsync(Request()).WaitAsync(Patience.Limit);

        var last = stalled.Current;
        while (await stalled.MoveNextAsync())
        {
            last = stalled.Current;
        }

        Assert.IsType<TextToImageResult>(last);
    }

    [Fact]
    public async Task A_reader_that_stalls_in_the_queue_or_is_dropped_delays_nobody()
    {
        using var hold = new ManualResetEventSlim();
        _tiny.BeforeStage = () => hold.Wait();
        await using var services = Services();
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        var first = generator.GenerateImageAsync(Request());
        await using var queued = generator.GenerateAsync(Request()).GetAsyncEnumerator();
        Assert.True(await queued.MoveNextAsync());
        Assert.IsType<TextToImageQueued>(queued.Current);
        var dropped = generator.GenerateAsync(Request()).GetAsyncEnumerator();
        Assert.True(await dropped.MoveNextAsync());
        var behind = generator.GenerateImageAsync(Request());

        hold.Set();

        await Task.WhenAll(first, behind).WaitAsync(Patience.Limit);
        var gate = services.GetRequiredService<GenerationGate>();
        Assert.Equal((0, 0), (gate.Running, gate.Waiting));
    }

    [Fact]
    public async Task Unread_progress_is_merged_without_losing_a_decision()
    {
        await using var services = Services();
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        var updates = new List<TextToImageUpdate>();
        await using var reader = generator.GenerateAsync(Request(200) with { ReportDecisions = true, PreviewEvery = 150 }).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        updates.Add(reader.Current);
        await generator.GenerateImageAsync(Request(1)).WaitAsync(Patience.Limit);
        while (await reader.MoveNextAsync())
        {
            updates.Add(reader.Current);
        }

        var progress = updates.OfType<TextToImageProgress>().ToArray();
        Assert.InRange(progress.Length, 2, UnreadUpdates.Capacity + 2);
        Assert.Equal(Enumerable.Range(0, 200), progress.SelectMany(p => p.Decisions).Select(d => d.Evaluation.Index));
        Assert.Equal(200, progress[^1].Completed);
        Assert.NotNull(progress[^1].Preview);
        Assert.IsType<TextToImageResult>(updates[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_stops_or_is_disposed_ends_its_generations_first(bool stops)
    {
        var entered = new TaskCompletionSource();
        using var model = new TinyModel { BeforeStage = () => { entered.TrySetResult(); Thread.Sleep(2); } };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddCachePolicies().AddNoCache().UseTextToImage(_ => model.Model);
        var host = builder.Build();
        await host.StartAsync();
        var generator = host.Services.GetRequiredService<ITextToImageGenerator>();
        var running = generator.GenerateImageAsync(Request(1000));
        var waiting = generator.GenerateImageAsync(Request(1000));
        await entered.Task.WaitAsync(Patience.Limit);

        if (stops)
        {
            await host.StopAsync().WaitAsync(Patience.Limit);
        }

        host.Dispose();

        Assert.Equal(0, model.LiveTensors);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience.Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience.Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateImageAsync(Request()));
    }

    [Fact]
    public async Task A_host_limits_what_requests_ask_for()
    {
        await using var services = Services(o =>
        {
            (o.MaximumSteps, o.MaximumGuidance, o.MaximumPixels, o.MaximumPromptLength, o.MaximumImageCount) = (10, 7, 64, 20, 2);
        });
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        async Task Refuses(TextToImageRequest request, string expected) =>
            Assert.Contains(expected, (await Assert.ThrowsAnyAsync<ArgumentException>(() => generator.GenerateImageAsync(request))).Message, StringComparison.Ordinal);

        await Refuses(Request(11), "The number of steps is 11; this host allows at most 10.");
        await Refuses(Request() with { Guidance = 7.5f }, "Guidance is 7.5; this host allows at most 7.");
        await Refuses(Request() with { Guidance = float.NaN }, "Guidance is NaN");
        await Refuses(Request() with { Width = 16, Height = 8 }, "128 pixels; this host allows at most 64.");
        await Refuses(Request() with { ImageCount = 3 }, "The number of pictures is 3");
        await Refuses(Request() with { Prompt = new string('x', 1_000_000) }, "The prompt has 1,000,000 characters");
        await Refuses(Request() with { Style = new string('s', 1_000_000) }, "The style 'ssss");
        await generator.GenerateImageAsync(Request(10)).WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task What_cannot_be_made_is_refused_before_it_waits()
    {
        using var hold = new ManualResetEventSlim();
        _tiny.BeforeStage = () => hold.Wait();
        await using var services = Services();
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        var running = generator.GenerateImageAsync(Request());
        await Assert.ThrowsAsync<UnknownCachePolicyException>(() => generator.GenerateImageAsync(Request() with { Policy = "Magic" }).WaitAsync(Patience.Limit));
        Assert.Equal(0, services.GetRequiredService<GenerationGate>().Waiting);
        hold.Set();
        await running.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Several_models_in_a_host_have_a_generator_each()
    {
        using var other = new TinyModel { Constant = 0.5f };
        await using var services = new ServiceCollection().AddCachePolicies().AddNoCache()
            .UseTextToImage(_ => _tiny.Model).UseTextToImage("flat", _ => other.Model).Services.BuildServiceProvider();

        var one = await services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(Request());
        var flat = await services.GetRequiredKeyedService<ITextToImageGenerator>("flat").GenerateImageAsync(Request());

        Assert.NotEqual(one.Planes.ToArray(), flat.Planes.ToArray());
        Assert.Same(other.Denoiser, services.GetRequiredKeyedService<StagedDenoiser>("flat"));
        Assert.Same(_tiny.Model, services.GetRequiredService<ITextToImageModel>());
    }
}
