using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy as the server runs it.</summary>
/// <param name="Name">What it is called in the tables.</param>
/// <param name="Own">The policy where each sample decides for itself.</param>
/// <param name="Together">The same with the threshold that gives the same quality where all decide together (batch.md).</param>
internal sealed record ServedPolicy(string Name, ICachePolicy Own, ICachePolicy Together)
{
    public static ServedPolicy[] All { get; } =
    [
        new("none", CachePolicy.None, CachePolicy.None),
        .. BatchPolicies.All.Zip([1, 1.139f, 1.117f, 1.15f], (p, factor) => new ServedPolicy(p.Name, p.Create(p.Threshold), p.Create(p.Threshold * factor))),
    ];
}

/// <summary>What came of one policy, way and number in flight, over the rounds.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Way">What the way is called.</param>
/// <param name="InFlight">The most requests in flight.</param>
internal sealed record ServingCell(ServedPolicy Policy, string Way, int InFlight)
{
    public List<ServedLoad> Rounds { get; } = [];

    public double PicturesPerSecond => Rounds.Select(r => r.PicturesPerSecond).Median();

    public double CpuSeconds => Rounds.Select(r => r.CpuSeconds).Median();

    public double Latency(double share) => Rounds.Select(r => r.Latency(share)).Median();

    /// <summary>The mean over the pictures against the uncached ones, in decibels.</summary>
    public double Psnr(float[][] references) =>
        Pictures.MeanPsnr([.. Rounds[0].Pictures.Values], [.. Rounds[0].Pictures.Keys.Select(k => references[k])]);
}

/// <summary>Serves the same requests in each way.</summary>
internal sealed class ServingComparison
{
    public const string Alone = "one after another";
    public const string Shared = "scheduler";
    public const string SharedByCores = "scheduler, a run a core";

    public static readonly (int InFlight, int Count)[] Loads = [(1, 6), (4, 12), (16, 32), (64, 64)];

    private const int Rows = 8;
    private const int RowsByCores = 4;

    private readonly SampleModel _model;
    private readonly SampleModel _singleThreaded;
    private readonly GenerationRequest[] _requests;
    private readonly double _meanGap;

    public ServingComparison(SampleModel model, SampleModel singleThreaded, BenchPrompt[] prompts, int steps)
    {
        (_model, _singleThreaded, Steps) = (model, singleThreaded, steps);
        _requests = [.. prompts.Select(p => model.Request(steps, p))];
        var uncached = model.Loop(CachePolicy.None);
        References = [.. _requests.Select(r => uncached.Draw(r)[0])];
        var start = BenchClock.Wall.Seconds;
        uncached.Run(_requests[0]);
        _meanGap = (BenchClock.Wall.Seconds - start) / 50;
    }

    public int Steps { get; }

    /// <summary>The uncached picture of each request.</summary>
    public float[][] References { get; }

    public List<ServingCell> Cells { get; } = [];

    /// <summary>Serves a policy's loads once in each way.</summary>
    public void Round(ServedPolicy policy, int inFlight, int count)
    {
        var load = new ServingLoad(_requests, inFlight, count, _meanGap);
        using var alone = new OneAfterAnother(_model.Loop(policy.Own));
        Serve(policy, Alone, inFlight, load, alone);
        if (inFlight > 1)
        {
            Serve(policy, "batches, one decision", inFlight, load, new WholeBatches(_model.Loop(policy.Together, DecisionScope.WholeBatch), inFlight));
            Serve(policy, "batches, own decisions", inFlight, load, new WholeBatches(_model.Loop(policy.Own), inFlight));
        }

        Serve(policy, Shared, inFlight, load, new SharedRuns(_model.Loop(policy.Own), new StageScheduler(new StageSchedulerOptions { MaximumRows = Rows })));
        Serve(policy, SharedByCores, inFlight, load, new SharedRuns(_singleThreaded.Loop(policy.Own), ByCores(RowsByCores)));
    }

    /// <summary>Serves a policy once with other settings of the scheduler.</summary>
    public void Variants(ServedPolicy policy, int inFlight, int count)
    {
        var load = new ServingLoad(_requests, inFlight, count, _meanGap);
        Variant("2 rows", _model, new StageScheduler(new StageSchedulerOptions { MaximumRows = 2 }));
        Variant("16 rows", _model, new StageScheduler(new StageSchedulerOptions { MaximumRows = 16 }));
        Variant("8 rows, longest wait first", _model, new StageScheduler(new StageSchedulerOptions { MaximumRows = Rows, Order = StageOrder.LongestWait }));
        Variant("a run a core, 1 row", _singleThreaded, ByCores(1));
        Variant("a run a core, 8 rows", _singleThreaded, ByCores(Rows));

        void Variant(string name, SampleModel model, StageScheduler scheduler) =>
            Serve(policy, name, inFlight, load, new SharedRuns(model.Loop(policy.Own), scheduler));
    }

    /// <summary>As many runs at once as the other ways have threads, each with one thread.</summary>
    private StageScheduler ByCores(int rows) => new(new StageSchedulerOptions { MaximumRows = rows, ParallelRuns = _model.Threads });

    public ServingCell? Find(ServedPolicy policy, string way, int inFlight) => Cells.Find(c => c.Policy == policy && c.Way == way && c.InFlight == inFlight);

    private void Serve(ServedPolicy policy, string name, int inFlight, ServingLoad load, IServingWay way)
    {
        var cell = Find(policy, name, inFlight);
        if (cell is null)
        {
            Cells.Add(cell = new ServingCell(policy, name, inFlight));
        }

        cell.Rounds.Add(load.RunAsync(way).GetAwaiter().GetResult());
    }
}
