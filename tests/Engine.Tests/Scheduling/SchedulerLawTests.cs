using CachePolicies.TestSupport;

namespace CachePolicies.Engine.Tests;

public class SchedulerLawTests
{
    [Property(MaxTest = 300)]
    public async Task Pictures_are_those_made_alone_whatever_comes_goes_and_fails(int seed)
    {
        using var tiny = new TinyDenoiser();
        var drawn = new SchedulerCase(seed, tiny);
        var alone = Array.ConvertAll(drawn.Visitors, v => v.Loop.Run(v.Request));
        tiny.RowFails = (prompt, _) => prompt >= SchedulerCase.Poisoned;

        var scheduler = new StageScheduler(drawn.Options);
        var evaluations = 0;
        var visits = drawn.Visitors.Select(VisitAsync).ToArray();
        var pictures = await Task.WhenAll(visits).WaitAsync(Patience.Limit);
        for (var i = 0; i < pictures.Length; i++)
        {
            Assert.Equal(drawn.Visitors[i].Fate == Fate.Completes ? alone[i] : null, pictures[i]);
        }

        Assert.Equal(0, scheduler.Generations);
        Assert.Equal(0, tiny.Backend.Statistics.LiveTensors);

        async Task<float[][]?> VisitAsync(Visitor visitor)
        {
            for (var i = 0; i < 50 && Volatile.Read(ref evaluations) < visitor.Arrives; i++)
            {
                await Task.Yield();
            }

            using var cancel = new CancellationTokenSource();
            using var generation = visitor.Loop.Start(visitor.Request);
            var run = scheduler.RunAsync(generation, Told, cancel.Token);
            switch (visitor.Fate)
            {
                case Fate.StageFails:
                    var failed = await Assert.ThrowsAsync<StageFailedException>(() => run);
                    Assert.IsType<ArithmeticException>(failed.InnerException);
                    return null;
                case Fate.IsCancelled when visitor.At < generation.Schedule.Evaluations.Length:
                    Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).CancellationToken);
                    return null;
                case Fate.CallbackThrows:
                    await Assert.ThrowsAsync<InvalidCastException>(() => run);
                    return null;
                default:
                    await run;
                    float[][] latents = [.. Enumerable.Range(0, visitor.Request.Samples.Length).Select(generation.DownloadLatent)];
                    return visitor.Fate == Fate.Completes ? latents : null;
            }

            void Told(Engine.Generation told)
            {
                Interlocked.Increment(ref evaluations);
                if (told.Completed == visitor.At && visitor.Fate == Fate.IsCancelled)
                {
                    cancel.Cancel();
                }
                else if (told.Completed == visitor.At && visitor.Fate == Fate.CallbackThrows)
                {
                    throw new InvalidCastException();
                }
            }
        }
    }
}
