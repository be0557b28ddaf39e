using CachePolicies.Policies;

namespace CachePolicies.Engine.Tests;

/// <summary>What happens to a generation among others.</summary>
internal enum Fate
{
    Completes,
    StageFails,
    IsCancelled,
    CallbackThrows,
}

/// <summary>A generation among others.</summary>
/// <param name="Loop">Its policy and sampler.</param>
/// <param name="Request">Its steps, seed and guidance.</param>
/// <param name="Arrives">The number of evaluations, over all generations, after which it arrives.</param>
/// <param name="Fate">What happens to it.</param>
/// <param name="At">After how many of its evaluations.</param>
internal sealed record Visitor(DenoisingLoop Loop, GenerationRequest Request, int Arrives, Fate Fate, int At);

/// <summary>Generations that share a scheduler, all drawn from one seed.</summary>
internal sealed class SchedulerCase
{
    public const long Poisoned = 1000;

    private static readonly ICachePolicy[] Policies =
    [
        CachePolicy.None,
        CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = 0.3f, DetailThreshold = 0.2f }),
        CachePolicy.TeaCache(new TeaCacheOptions { Threshold = 0.3f, Coefficients = [1, 0] }),
        CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.2f }),
        CachePolicy.DiCache(new DiCacheOptions { Threshold = 0.2f, RetentionRatio = 0 }),
        ScriptedPolicy.ReuseAt(1, 2, 4, 5, 6),
    ];

    public SchedulerCase(int seed, TinyDenoiser tiny)
    {
        var random = new Random(seed);
        Options = new StageSchedulerOptions
        {
            MaximumRows = random.Next(1, 9),
            ParallelRuns = random.Next(1, 4),
            MaximumWait = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50),
            Order = random.Next(3) switch { 0 => StageOrder.LongestWait, 1 => new AnyOrder(random.Next()), _ => StageOrder.FullRuns },
        };
        Visitors = [.. Enumerable.Range(0, random.Next(2, 13)).Select(i => Draw(random, tiny, i))];
    }

    public StageSchedulerOptions Options { get; }

    public Visitor[] Visitors { get; }

    private static Visitor Draw(Random random, TinyDenoiser tiny, int number)
    {
        ISampler sampler = random.Next(3) switch { 0 => new FlowMatchHeunSampler(), _ => new FlowMatchEulerSampler() };
        var execution = random.Next(4) == 0 ? LaneExecution.Separate : LaneExecution.Batched;
        var loop = tiny.Loop(Policies[random.Next(Policies.Length)], new CachedDenoiserOptions { LaneExecution = execution }, sampler);
        var steps = random.Next(1, 9);
        var fate = random.Next(3) == 0 ? (Fate)random.Next(1, 4) : Fate.Completes;
        var request = TinyDenoiser.Request(steps, random.Next(2) == 0 ? 1 : 3, [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(100))]);
        if (fate == Fate.StageFails)
        {
            var poisoned = new Dictionary<string, InputValue> { ["prompt"] = new long[] { Poisoned + number, 0 } };
            request = request with { Samples = request.Samples.SetItem(0, request.Samples[0] with { Conditional = poisoned }) };
        }

        return new Visitor(loop, request, random.Next(0, 20), fate, random.Next(1, steps + 1));
    }

    /// <summary>An order without sense.</summary>
    private sealed class AnyOrder(int seed) : IStageOrder
    {
        private readonly Random _random = new(seed);

        public int Choose(ReadOnlySpan<WaitingStage> waiting, StageSchedulerOptions options) => _random.Next(waiting.Length);
    }
}
