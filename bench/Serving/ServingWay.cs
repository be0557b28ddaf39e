using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>A way of serving requests of one policy.</summary>
internal interface IServingWay
{
    /// <summary>Generates; the latents of the request's samples.</summary>
    Task<float[][]> ServeAsync(GenerationRequest request);
}

/// <summary>One generation at a time, in the order in which they came.</summary>
internal sealed class OneAfterAnother(DenoisingLoop loop) : IServingWay, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<float[][]> ServeAsync(GenerationRequest request)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Run(() => loop.Run(request)).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}

/// <summary>Whoever waits when the device is free begins, all together; who comes later waits until they are done.</summary>
internal sealed class WholeBatches(DenoisingLoop loop, int most) : IServingWay
{
    private readonly Lock _lock = new();
    private readonly List<(GenerationRequest Request, TaskCompletionSource<float[][]> Done)> _waiting = [];
    private bool _works;

    public Task<float[][]> ServeAsync(GenerationRequest request)
    {
        var done = new TaskCompletionSource<float[][]>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((request, done));
            if (!_works)
            {
                _works = true;
                _ = Task.Run(Work);
            }
        }

        return done.Task;
    }

    private void Work()
    {
        while (true)
        {
            (GenerationRequest Request, TaskCompletionSource<float[][]> Done)[] batch;
            lock (_lock)
            {
                batch = [.. _waiting.Take(most)];
                _waiting.RemoveRange(0, batch.Length);
                if (batch.Length == 0)
                {
                    _works = false;
                    return;
                }
            }

            var latents = loop.Run(batch[0].Request with { Samples = [.. batch.SelectMany(b => b.Request.Samples)] });
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i].Done.SetResult([latents[i]]);
            }
        }
    }
}

/// <summary>Generations share stage runs.</summary>
internal sealed class SharedRuns(DenoisingLoop loop, StageScheduler scheduler) : IServingWay
{
    public async Task<float[][]> ServeAsync(GenerationRequest request)
    {
        using var generation = loop.Start(request);
        await scheduler.RunAsync(generation).ConfigureAwait(false);
        return [generation.DownloadLatent(0)];
    }
}
