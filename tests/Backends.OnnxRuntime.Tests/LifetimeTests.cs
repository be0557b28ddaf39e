using System.Collections.Concurrent;
using CachePolicies.Engine;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Nothing is freed under a run that uses it, and a run ends when it is told to.</summary>
public sealed class LifetimeTests : IDisposable
{
    private const string Slow = "structure1";

    private readonly TinyModel _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Cancelling_ends_a_stage_that_runs()
    {
        using var backend = new OnnxRuntimeBackend();
        using var model = OpenSlow(backend);
        using var cancellation = new CancellationTokenSource();
        var stages = new CompletedStages();
        var run = Task.Run(() => Generate(model, stages, cancellation: cancellation.Token));
        await Started(backend);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Patience.Limit));
        Assert.DoesNotContain(Slow, stages.Names);
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_ends_what_runs_and_frees_nothing_under_it(bool backendFirst)
    {
        var backend = new OnnxRuntimeBackend();
        var model = OpenSlow(backend);
        var stages = new CompletedStages();
        var runs = Enumerable.Range(0, 3).Select(seed => Task.Run(() => Generate(model, stages, seed))).ToArray();
        await Started(backend);
        foreach (var owner in backendFirst ? new IDisposable[] { backend, model } : [model, backend])
        {
            owner.Dispose();
        }

        foreach (var run in runs)
        {
            var ended = await Assert.ThrowsAsync<ObjectDisposedException>(() => run.WaitAsync(Patience.Limit));
            Assert.Contains("disposed of", ended.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Slow, stages.Names);
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    [Fact]
    public async Task A_model_that_is_disposed_of_at_any_moment_ends_generations_clearly()
    {
        for (var round = 0; round < 25; round++)
        {
            using var backend = new OnnxRuntimeBackend();
            var model = OnnxDenoiserModel.Load(_files.Folder.Path, backend);
            var runs = Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
            {
                while (true)
                {
                    TinyRun.Of(model.Denoiser, TinyRun.Policies["h2"], seed);
                }
            })).ToArray();
            await Task.Delay(round);
            model.Dispose();
            foreach (Task run in runs)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => run.WaitAsync(Patience.Limit));
            }

            Assert.Equal(0, backend.Statistics.LiveTensors);
        }
    }

    [Fact]
    public void A_stage_of_a_model_that_was_disposed_of_is_refused()
    {
        using var backend = new OnnxRuntimeBackend();
        var model = OnnxDenoiserModel.Load(_files.Folder.Path, backend);
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => TinyRun.Of(model.Denoiser, TinyRun.Policies["none"]));
        backend.Dispose();
        Assert.Contains("disposed of", Assert.Throws<ObjectDisposedException>(() => OnnxDenoiserModel.Load(_files.Folder.Path, backend)).Message, StringComparison.Ordinal);
    }

    [Property(MaxTest = 200)]
    public void What_is_counted_is_freed_once_when_closed_and_unused(byte uses, bool closeFirst)
    {
        var freed = 0;
        using var count = new UseCount(() => freed++);
        for (var i = 0; i < uses; i++)
        {
            Assert.True(count.TryBegin());
        }

        if (closeFirst)
        {
            Assert.True(count.Close());
        }

        for (var i = 0; i < uses; i++)
        {
            Assert.Equal(0, freed);
            count.End();
        }

        Assert.Equal(!closeFirst, count.Close());
        Assert.False(count.Close());
        Assert.False(count.TryBegin());
        Assert.Equal(1, freed);
        Assert.True(count.Wait(TimeSpan.Zero));
    }

    private static void Generate(OnnxDenoiserModel model, CompletedStages stages, int seed = 1, CancellationToken cancellation = default) =>
        TinyRun.Loop(model.Denoiser, TinyRun.Policies["none"]).Run(TinyRun.Request(seed), stages, cancellation);

    // A stage that takes minutes, in operators of some ten milliseconds each.
    private OnnxDenoiserModel OpenSlow(OnnxRuntimeBackend backend)
    {
        const int side = 1024, links = 3000;
        var graph = new OnnxGraphBuilder(Slow);
        var x = graph.Input("embedded/image", OnnxElementType.Float32, "batch", TinyModel.Tokens, TinyModel.Width);
        graph.Input("embedded/vec", OnnxElementType.Float32, "batch", TinyModel.Width);
        x = graph.Node("Expand", [graph.Slice(graph.Slice(x, 2, 0, 1), 1, 0, 1), graph.Integers(1, side, side)]);

        // Weights that are no constants: those, the runtime would prepare again for each link.
        var mean = graph.Add(graph.Mul(x, graph.Scalar(0)), graph.Scalar(1f / side));
        for (var link = 0; link < links; link++)
        {
            x = graph.MatMul(x, mean);
        }

        x = graph.Slice(graph.Slice(x, 2, 0, TinyModel.Width), 1, 0, TinyModel.Tokens);
        graph.Output("structure.probe/image", x, OnnxElementType.Float32, "batch", TinyModel.Tokens, TinyModel.Width);
        File.WriteAllBytes(_files.Folder.File($"{Slow}.onnx"), graph.ToBytes());
        _files.WriteManifest(_files.Manifest());
        return OnnxDenoiserModel.Load(_files.Folder.Path, backend);
    }

    // The latent and what the first stage writes: the slow stage runs, or is about to.
    private static async Task Started(OnnxRuntimeBackend backend)
    {
        Assert.True(await Patience.UntilAsync(() => backend.Statistics.LiveTensors >= 2));
        await Task.Delay(300);
    }

    private sealed class CompletedStages : IEvaluationObserver
    {
        private readonly ConcurrentQueue<string> _names = [];

        public IEnumerable<string> Names => _names;

        public void StageCompleted(in StageRecord record) => _names.Enqueue(record.Name);
    }
}
