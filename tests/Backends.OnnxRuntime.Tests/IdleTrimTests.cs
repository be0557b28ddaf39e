namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Memory goes back by itself when nobody uses the device.</summary>
public sealed class IdleTrimTests
{
    [Fact]
    public void Memory_is_given_back_once_for_each_time_of_idleness()
    {
        var (time, trims) = (new ManualTime(), 0);
        using var idle = new IdleTrim(TimeSpan.FromSeconds(60), () => trims++, time);

        void After(int seconds, int expected)
        {
            time.Advance(seconds);
            Assert.Equal(expected, trims);
        }

        After(120, 0);
        idle.Touch();
        After(59, 0);
        idle.Touch();
        After(59, 0);
        After(1, 1);
        After(600, 1);
        idle.Touch();
        After(30, 1);
        After(30, 2);
    }

    [Fact]
    public async Task Pooled_tensors_go_back_after_the_time_of_the_options()
    {
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { TrimAfterIdleSeconds = 1 });
        backend.Rent(ElementType.Float32, new TensorShape(1024)).Release();
        Assert.True(await Patience.UntilAsync(() => backend.Statistics.PooledBytes == 0), "the memory is still pooled");
    }

    [Fact]
    public void Never_is_a_choice_and_less_is_refused()
    {
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { TrimAfterIdleSeconds = 0 });
        Assert.Contains("TrimAfterIdleSeconds is -1", Assert.Single(new OnnxRuntimeOptions { TrimAfterIdleSeconds = -1 }.Validate()), StringComparison.Ordinal);
        Assert.Single(new OnnxRuntimeOptions { TrimAfterIdleSeconds = int.MaxValue }.Validate());
        using var longest = new OnnxRuntimeBackend(new OnnxRuntimeOptions { TrimAfterIdleSeconds = 86_400 });
    }

    /// <summary>A clock that stands until it is advanced; timers look after each advance.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private Action _look = () => { };
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _look = () => callback(state);
            return new Timer();
        }

        public void Advance(int seconds)
        {
            _now += seconds;
            _look();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
