using System.Collections.Concurrent;

namespace CachePolicies.Engine.Tests;

public sealed class StageSchedulerTests : IDisposable
{
    private readonly TinyDenoiser _tiny = new();

    public void Dispose()
    {
        Assert.Equal(0, _tiny.Backend.Statistics.LiveTensors);
        _tiny.Dispose();
    }

    [Fact]
    public async Task Lanes_at_different_steps_share_runs()
    {
        var scheduler = new StageScheduler();
        var loop = _tiny.Loop(ScriptedPolicy.None);
        using var hold = new ManualResetEventSlim();
        var held = 0;
        _tiny.BeforeStage = _ =>
        {
            if (Interlocked.Exchange(ref held, 1) == 0)
            {
                hold.Wait();
            }
        };
        using var one = loop.Start(TinyDenoiser.Request(5, 1, 1));
        using var other = loop.Start(TinyDenoiser.Request(3, 1, 2));
        var first = scheduler.RunAsync(one);
        var second = scheduler.RunAsync(other);
        hold.Set();
        await first;
        await second;
        Assert.True(_tiny.Runs.Sum() < 8 * TinyDenoiser.StageNames.Length, $"{_tiny.Runs.Sum()} runs for 48 rows");
    }

    [Fact]
    public async Task A_run_takes_no_more_rows_than_it_may()
    {
        var most = 0;
        var observer = new Rows(rows => most = Math.Max(most, rows));
        var scheduler = new StageScheduler(new StageSchedulerOptions { MaximumRows = 2 });
        using var generation = _tiny.Loop(ScriptedPolicy.None).Start(TinyDenoiser.Request(3, 3, 1, 2, 3), observer);
        await scheduler.RunAsync(generation);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Lanes_are_shared_out_among_workers_that_would_be_idle()
    {
        using var both = new Barrier(2);
        var runs = 0;
        var met = true;
        _tiny.BeforeStage = _ =>
        {
            if (Interlocked.Increment(ref runs) <= 2)
            {
                met &= both.SignalAndWait(TimeSpan.FromSeconds(20));
            }
        };
        var scheduler = new StageScheduler(new StageSchedulerOptions { MaximumRows = 4, ParallelRuns = 2 });
        using var generation = _tiny.Loop(ScriptedPolicy.None).Start(TinyDenoiser.Request(2, 1, 1, 2, 3, 4));
        await scheduler.RunAsync(generation);
        Assert.True(met, "Four lanes ran on one worker while the other was idle.");
    }

    [Fact]
    public async Task An_observer_is_told_of_its_own_rows_and_of_their_share_of_the_time()
    {
        var rows = new ConcurrentBag<int>();
        var scheduler = new StageScheduler();
        var loop = _tiny.Loop(ScriptedPolicy.None);
        var generations = Enumerable.Range(0, 4).Select(i => loop.Start(TinyDenoiser.Request(4, 1, i), new Rows(rows.Add))).ToArray();
        await Task.WhenAll(generations.Select(g => scheduler.RunAsync(g)));
        Assert.All(rows, r => Assert.Equal(1, r));
        Assert.Equal(4 * 4 * TinyDenoiser.StageNames.Length, rows.Count);
        Array.ForEach(generations, g => g.Dispose());
    }

    [Fact]
    public async Task A_waiting_generation_that_is_cancelled_leaves_at_once()
    {
        var scheduler = new StageScheduler();
        var loop = _tiny.Loop(ScriptedPolicy.None);
        using var hold = new ManualResetEventSlim();
        using var running = new SemaphoreSlim(0);
        _tiny.BeforeStage = stage =>
        {
            if (stage == 1)
            {
                running.Release();
                hold.Wait();
            }
        };
        using var one = loop.Start(TinyDenoiser.Request(1, 1, 1));
        var first = scheduler.RunAsync(one);
        await running.WaitAsync();
        using var cancel = new CancellationTokenSource();
        using var other = loop.Start(TinyDenoiser.Request(1, 1, 2));
        var second = scheduler.RunAsync(other, null, cancel.Token);
        await cancel.CancelAsync();
        hold.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await first;
        Assert.Equal(0, scheduler.Generations);
    }

    [Fact]
    public async Task A_generation_whose_lanes_all_wait_ends_when_it_is_cancelled()
    {
        var scheduler = new StageScheduler(new StageSchedulerOptions { MaximumRows = 1 });
        var loop = _tiny.Loop(ScriptedPolicy.None);
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        using var reached = new SemaphoreSlim(0);
        var runs = 0;
        _tiny.BeforeStage = _ =>
        {
            var run = Interlocked.Increment(ref runs);
            if (run <= 2)
            {
                reached.Release();
                (run == 1 ? first : second).Wait();
            }
        };
        using var zero = loop.Start(TinyDenoiser.Request(1, 1, 1));
        var running = scheduler.RunAsync(zero);
        await reached.WaitAsync();

        // Both begin before the second run, which takes one lane, so that at least one of them has nothing under way.
        using var cancel = new CancellationTokenSource();
        using var one = loop.Start(TinyDenoiser.Request(1, 1, 2));
        using var other = loop.Start(TinyDenoiser.Request(1, 1, 3));
        Task[] waiting = [scheduler.RunAsync(one, null, cancel.Token), scheduler.RunAsync(other, null, cancel.Token)];
        first.Set();
        await reached.WaitAsync();
        await cancel.CancelAsync();
        second.Set();
        foreach (var task in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        await running;
        Assert.Equal(0, scheduler.Generations);
    }

    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        using var generation = _tiny.Loop(ScriptedPolicy.None).Start(TinyDenoiser.Request(1, 1, 1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new StageScheduler().RunAsync(generation, null, new CancellationToken(true)));
        Assert.Equal(0, _tiny.Runs.Sum());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1025, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 65)]
    public void Options_out_of_range_are_refused(int rows, int parallel) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StageSchedulerOptions { MaximumRows = rows, ParallelRuns = parallel });

    [Fact]
    public void Full_runs_come_first_then_the_earliest_stage_and_nobody_waits_longer_than_allowed()
    {
        var options = new StageSchedulerOptions();
        var recent = TimeSpan.FromMilliseconds(1);
        Assert.Equal(1, StageOrder.FullRuns.Choose([new(0, 3, 4, recent), new(2, 4, 4, recent), new(1, 4, 4, recent)], options));
        Assert.Equal(2, StageOrder.FullRuns.Choose([new(1, 3, 4, recent), new(2, 2, 4, recent), new(0, 1, 4, recent)], options));
        Assert.Equal(1, StageOrder.FullRuns.Choose([new(0, 4, 4, recent), new(5, 1, 4, options.MaximumWait)], options));
        Assert.Equal(1, StageOrder.LongestWait.Choose([new(0, 4, 4, recent), new(5, 1, 4, 2 * recent)], options));
    }

    [Fact]
    public async Task A_step_allocates_no_more_than_alone()
    {
        var loop = _tiny.Loop(ScriptedPolicy.ReuseAt(1, 3, 5));
        var alone = new Allocation();
        using (var generation = loop.Start(TinyDenoiser.Request(60, 3, 1)))
        {
            while (generation.MoveNext())
            {
                alone.Told(generation);
            }
        }

        var shared = new Allocation();
        using (var generation = loop.Start(TinyDenoiser.Request(60, 3, 1)))
        {
            await new StageScheduler().RunAsync(generation, shared.Told);
        }

        Assert.Equal(alone.Bytes, shared.Bytes);
    }

    /// <summary>What a thread allocates from one evaluation to a later one.</summary>
    private sealed class Allocation
    {
        private long _before;

        public long Bytes { get; private set; }

        public void Told(Engine.Generation generation)
        {
            if (generation.Completed == 20)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (generation.Completed == 60)
            {
                Bytes = GC.GetAllocatedBytesForCurrentThread() - _before;
            }
        }
    }

    private sealed class Rows(Action<int> told) : IEvaluationObserver
    {
        public void StageCompleted(in StageRecord record) => told(record.Rows);
    }
}
