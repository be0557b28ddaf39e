using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Generations with the tiny model: what was decided and what came out.</summary>
internal sealed class TinyRun : IEvaluationObserver
{
    public const int Steps = 14;

    private readonly List<EvaluationRecord> _evaluations = [];

    /// <summary>Each policy with thresholds that make it hit and miss in a generation of the tiny model.</summary>
    public static IReadOnlyDictionary<string, ICachePolicy> Policies { get; } = new Dictionary<string, ICachePolicy>
    {
        ["none"] = CachePolicy.None,
        ["h2"] = CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = 0.12f, DetailThreshold = 0.16f, StructurePoolDivisor = 6, DetailPoolDivisor = 4 }),
        ["h2-first-block"] = CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = 0.16f, DetailThreshold = 0.14f, StructurePoolDivisor = 6, DetailPoolDivisor = 6 }),
        ["block"] = CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.14f }),
        ["tea"] = CachePolicy.TeaCache(new TeaCacheOptions { Threshold = 0.3f, Coefficients = [1, 0] }),
        ["di"] = CachePolicy.DiCache(new DiCacheOptions { Threshold = 0.3f, RetentionRatio = 0.1 }),
    };

    /// <summary>Everything that was decided: a line for each evaluation and lane.</summary>
    public string Decisions => string.Join('\n', _evaluations
        .OrderBy(e => e.Evaluation.Index).ThenBy(e => e.Lane.Branch)
        .Select(e => $"{e.Evaluation.Index} {e.Lane.Branch}: {string.Join(", ", e.Checks.Select(c => c.Taken ? $"{c.Boundary}→{c.To} by {c.Via}" : $"{c.Boundary} computes"))}"));

    /// <summary>How many evaluations skipped something.</summary>
    public int Skips => _evaluations.Count(e => e.Share != ComputedShare.Full);

    /// <summary>Everything that was measured and finite, in order.</summary>
    public IEnumerable<float> Distances => _evaluations.SelectMany(e => e.Distances).Select(d => d.Distance).Where(float.IsFinite);

    public float[] Output { get; private set; } = [];

    public static TinyRun Of(
        StagedDenoiser denoiser, ICachePolicy policy, int seed = 1, LaneExecution execution = LaneExecution.Batched, CancellationToken cancellation = default)
    {
        var run = new TinyRun();
        run.Output = Loop(denoiser, policy, execution).Run(Request(seed), run, cancellation)[0];
        return run;
    }

    public static DenoisingLoop Loop(StagedDenoiser denoiser, ICachePolicy policy, LaneExecution execution = LaneExecution.Batched) =>
        new(new CachedDenoiser(denoiser, policy, new CachedDenoiserOptions { LaneExecution = execution }), new FlowMatchEulerSampler());

    /// <summary>Guided, so that there are two lanes; the branches get different styles of noise by their input alone.</summary>
    public static GenerationRequest Request(int seed, int steps = Steps)
    {
        var noise = new float[TinyModel.Tokens * TinyModel.Patch];
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = 2 * MathF.Sin((seed * 3.3f) + (i * 1.7f));
        }

        return new GenerationRequest(steps, [new GenerationSample(noise, Input(0.5f), Input(-0.5f))], Guidance: 1.5f);
    }

    public void EvaluationCompleted(EvaluationRecord record) => _evaluations.Add(record);

    private static Dictionary<string, InputValue> Input(float style) => new() { ["style"] = new[] { style } };
}
