namespace CachePolicies.Hosting.Tests;

public class GenerationGateTests
{
    [Fact]
    public async Task Those_who_wait_get_their_turn_in_the_order_in_which_they_came()
    {
        var gate = new GenerationGate(1, null);
        await gate.EnterAsync(out var first, default);
        var waiting = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(out var _, default)).ToArray();

        Assert.Equal((0, 1, 5), (first, gate.Running, gate.Waiting));
        foreach (var turn in waiting)
        {
            Assert.False(turn.IsCompleted);
            gate.Leave();
            await turn.WaitAsync(TimeSpan.FromSeconds(5));
        }

        gate.Leave();
        Assert.Equal((0, 0), (gate.Running, gate.Waiting));
    }

    [Fact]
    public async Task Whoever_cancels_leaves_the_queue_and_takes_nobodys_turn()
    {
        var gate = new GenerationGate(1, null);
        await gate.EnterAsync(out _, default);
        using var cancel = new CancellationTokenSource();
        var leaving = gate.EnterAsync(out _, cancel.Token);
        var staying = gate.EnterAsync(out var position, default);
        Assert.Equal(2, position);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(1, gate.Waiting);
        gate.Leave();
        await staying.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, gate.Running);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        var gate = new GenerationGate(1, 1);
        await gate.EnterAsync(out _, default);
        _ = gate.EnterAsync(out _, default);
        await Assert.ThrowsAsync<GenerationQueueFullException>(() => gate.EnterAsync(out _, default));
    }

    [Property(MaxTest = 50)]
    public async Task Never_more_than_the_limit_run(byte limit, byte count)
    {
        var most = (limit % 4) + 1;
        var gate = new GenerationGate(most, null);
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
