using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests;

public class GenerationGateTests
{
    [Fact]
    public async Task Those_who_wait_get_their_turn_in_the_order_in_which_they_came()
    {
        using var gate = Gate(1, null);
        await gate.EnterAsync(out var first, default);
        var waiting = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(out var _, default)).ToArray();

        Assert.Equal((0, 1, 5), (first, gate.Running, gate.Waiting));
        foreach (var turn in waiting)
        {
            Assert.False(turn.IsCompleted);
            gate.Leave();
            await turn.WaitAsync(Patience.Limit);
        }

        gate.Leave();
        Assert.Equal((0, 0), (gate.Running, gate.Waiting));
    }

    [Fact]
    public async Task Whoever_cancels_leaves_the_queue_and_takes_nobodys_turn()
    {
        using var gate = Gate(1, null);
        await gate.EnterAsync(out _, default);
        using var cancel = new CancellationTokenSource();
        var leaving = gate.EnterAsync(out _, cancel.Token);
        var staying = gate.EnterAsync(out var position, default);
        Assert.Equal(2, position);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(1, gate.Waiting);
        gate.Leave();
        await staying.WaitAsync(Patience.Limit);
        Assert.Equal(1, gate.Running);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        using var gate = Gate(1, 1);
        await gate.EnterAsync(out _, default);
        _ = gate.EnterAsync(out _, default);
        await Assert.ThrowsAsync<GenerationQueueFullException>(() => gate.EnterAsync(out _, default));
    }

    [Fact]
    public async Task Whoever_waits_too_long_is_refused_and_takes_nobodys_turn()
    {
        using var gate = Gate(1, 5, TimeSpan.FromMilliseconds(50));
        await gate.EnterAsync(out _, default);
        var late = gate.EnterAsync(out var position, default);
        Assert.Equal(1, position);
        Assert.Contains("MaximumQueueTime", (await Assert.ThrowsAsync<GenerationQueueFullException>(() => late.WaitAsync(Patience.Limit))).Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (gate.Running, gate.Waiting));
        gate.Leave();
        Assert.Equal(0, gate.Running);
    }

    [Fact]
    public async Task A_higher_limit_admits_those_who_wait_and_a_lower_one_lets_those_who_run_end()
    {
        var options = new Monitor(new CachePoliciesOptions());
        using var gate = new GenerationGate(options, TimeProvider.System);
        await gate.EnterAsync(out _, default);
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(out var _, default)).ToArray();

        options.Change(new CachePoliciesOptions { MaximumConcurrentGenerations = 3 });
        await Task.WhenAll(waiting[0], waiting[1]).WaitAsync(Patience.Limit);
        Assert.False(waiting[2].IsCompleted);
        Assert.Equal(3, gate.Running);

        options.Change(new CachePoliciesOptions { MaximumConcurrentGenerations = 1 });
        gate.Leave();
        gate.Leave();
        Assert.False(waiting[2].IsCompleted);
        gate.Leave();
        await waiting[2].WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Nobody_passes_those_who_wait_when_a_higher_limit_is_there_and_not_announced_yet()
    {
        var options = new Monitor(new CachePoliciesOptions());
        using var gate = new GenerationGate(options, TimeProvider.System);
        await gate.EnterAsync(out _, default);
        var first = gate.EnterAsync(out _, default);

        options.CurrentValue = new CachePoliciesOptions { MaximumConcurrentGenerations = 2 };
        var second = gate.EnterAsync(out var position, default);
        Assert.Equal((2, false), (position, second.IsCompleted));

        options.Change(options.CurrentValue);
        await first.WaitAsync(Patience.Limit);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void By_default_the_queue_is_bounded_in_length_and_time()
    {
        var options = new CachePoliciesOptions();
        Assert.NotNull(options.MaximumQueuedGenerations);
        Assert.NotNull(options.MaximumQueueTime);
    }

    private static GenerationGate Gate(int running, int? waiting, TimeSpan? time = null) => new(
        new Monitor(new CachePoliciesOptions { MaximumConcurrentGenerations = running, MaximumQueuedGenerations = waiting, MaximumQueueTime = time }), TimeProvider.System);

    private sealed class Monitor(CachePoliciesOptions value) : IOptionsMonitor<CachePoliciesOptions>
    {
        private Action<CachePoliciesOptions, string?>? _listeners;

        public CachePoliciesOptions CurrentValue { get; set; } = value;

        public CachePoliciesOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<CachePoliciesOptions, string?> listener)
        {
            _listeners += listener;
            return null;
        }

        public void Change(CachePoliciesOptions next)
        {
            CurrentValue = next;
            _listeners?.Invoke(next, "");
        }
    }

    [Property(MaxTest = 50)]
    public async Task Never_more_than_the_limit_run(byte limit, byte count)
    {
        var most = (limit % 4) + 1;
        using var gate = Gate(most, null);
        var running = 0;
        await Task.WhenAll(Enumerable.Range(0, count % 40).Select(async i =>
        {
            await gate.EnterAsync(out _, default);
            Assert.InRange(Interlocked.Increment(ref running), 1, most);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            gate.Leave();
        }));
        Assert.Equal((0, 0), (gate.Running, gate.Waiting));
    }
}
