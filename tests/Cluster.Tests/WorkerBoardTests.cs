using System.Net;
using Orleans.Runtime;

namespace CachePolicies.Cluster.Tests;

/// <summary>Where a request goes.</summary>
public sealed class WorkerBoardTests
{
    private static readonly SiloAddress A = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress B = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 2);
    private static readonly HashSet<SiloAddress> None = [];

    private readonly Clock _clock = new();
    private readonly WorkerBoard _board;

    public WorkerBoardTests()
    {
        _board = new WorkerBoard(new ClusterOptions(), _clock);
        _board.SetWorkers(new Dictionary<SiloAddress, WorkerFacts> { [A] = new(["flux", "sd"], "CPU", 1), [B] = new(["flux"], "CUDA", 4) });
    }

    [Fact]
    public void A_worker_that_has_not_reported_gets_nothing() => Assert.Null(_board.Choose("flux", None));

    [Fact]
    public void A_model_that_is_loaded_wins_until_its_queue_is_long()
    {
        Report(A, 0, "flux");
        Report(B, 0);

        Assert.Equal([A, A, A, A], Enumerable.Range(0, 4).Select(_ => _board.Choose("flux", None)));
        Assert.Equal(B, _board.Choose("flux", None));
    }

    [Fact]
    public void A_queue_counts_by_the_rows_that_work_it_off()
    {
        Report(A, 1, "flux");
        Report(B, 3, "flux");

        Assert.Equal(B, _board.Choose("flux", None));
    }

    [Fact]
    public void Equals_take_turns()
    {
        Report(A, 0, "flux");
        Report(B, 0, "flux");
        var first = _board.Choose("FLUX", None)!;
        _board.Release(first);

        Assert.NotEqual(first, _board.Choose("flux", None));
    }

    [Fact]
    public void Orders_of_other_fronts_count_and_own_ones_count_once()
    {
        Report(A, 0, "flux");
        Report(B, 0, "flux");
        Assert.NotNull(_board.Choose("flux", new HashSet<SiloAddress> { B }));
        Report(A, 1, "flux"); // It is the one that this front gave.
        Report(B, 5, "flux");

        Assert.Equal(A, _board.Choose("flux", None));
    }

    [Theory]
    [InlineData("sd")]
    [InlineData("unknown")]
    public void A_worker_without_the_model_gets_nothing(string model)
    {
        Report(A, 0, "sd");
        Report(B, 0);

        Assert.Equal(model == "sd" ? A : null, _board.Choose(model, None));
    }

    [Fact]
    public void A_worker_that_drains_is_excluded_or_is_silent_gets_nothing()
    {
        Report(A, 0, "flux");
        Report(B, 0, "flux");
        Assert.Equal(B, _board.Choose("flux", new HashSet<SiloAddress> { A }));

        _board.EndAsking(A, new WorkerReport(0, true, ["flux"], []), 0);
        Assert.Equal(B, _board.Choose("flux", None));

        _clock.Now += TimeSpan.FromSeconds(5);
        Report(A, 0, "flux");
        Assert.Equal(A, _board.Choose("flux", None));
    }

    [Fact]
    public void A_worker_that_is_no_member_any_more_is_forgotten()
    {
        Report(A, 0, "flux");
        _board.SetWorkers(new Dictionary<SiloAddress, WorkerFacts>());
        _board.EndAsking(A, new WorkerReport(0, false, [], []), 0);
        _board.Release(A);

        Assert.Null(_board.Choose("flux", None));
        Assert.Empty(_board.Reports);
    }

    private void Report(SiloAddress worker, int orders, params string[] loaded)
    {
        var own = _board.BeginAsking().First(a => a.Address == worker).OwnOrders;
        foreach (var (address, _) in new[] { (A, 0), (B, 0) })
        {
            _board.EndAsking(address, address == worker ? new WorkerReport(orders, false, loaded, []) : null, own);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
