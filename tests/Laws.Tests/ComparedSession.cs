using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>A session of the real engine with a reference engine beside it for each lane; every evaluation is compared with them.</summary>
internal sealed class ComparedSession : IDisposable
{
    private readonly EngineRun _run;
    private readonly CpuBackend _backend;
    private readonly ScrambledPolicy _policy;
    private readonly ScrambledPolicy _naive;
    private readonly LaneInfo[] _lanes;
    private readonly ReferenceEngine[] _expected;
    private readonly Recorder _records = new();
    private readonly DenoiserSession _session;

    public ComparedSession(EngineRun run, CachedDenoiser cached, CpuBackend backend, ScrambledPolicy policy, int lanes, int firstSample = 0)
    {
        (_run, _backend, _policy, _naive) = (run, backend, policy, new ScrambledPolicy(run.Seed, run.Layout));
        _lanes = [.. Enumerable.Range(0, lanes).Select(i => new LaneInfo(firstSample + (i / 2), (GuidanceBranch)(i % 2), run.Count))];
        _expected = [.. _lanes.Select(lane => new ReferenceEngine(run.Layout, GeneratedDenoiser.StageOf(run.Layout), _naive, lane))];
        _session = cached.CreateSession(_lanes, _records);
    }

    public long HeldCacheBytes => _session.HeldCacheBytes;

    /// <summary>Evaluates the lanes that the run has present, in one call or in a call for each.</summary>
    public void Evaluate(int index, CancellationToken cancellationToken = default)
    {
        var present = Enumerable.Range(0, _lanes.Length).Where(lane => _run.IsPresent(lane, index)).ToArray();
        if (_run.InOneCall)
        {
            Evaluate(index, present, cancellationToken);
        }
        else
        {
            foreach (var lane in present)
            {
                Evaluate(index, [lane], cancellationToken);
            }
        }

        Assert.Equal(_expected.Sum(e => e.HeldBytes), _session.HeldCacheBytes);
    }

    public void Dispose() => _session.Dispose();

    private void Evaluate(int index, int[] present, CancellationToken cancellationToken)
    {
        var evaluation = _run.Evaluation(index);
        var latents = new FeatureTensor?[_lanes.Length];
        var outputs = new FeatureTensor?[_lanes.Length];
        foreach (var lane in present)
        {
            latents[lane] = _backend.Rent(ElementType.Float32, _run.Layout.Latent.Primary.Shape);
            _backend.Upload((ReadOnlySpan<float>)GeneratedDenoiser.Latent(_run.Layout, lane, index), latents[lane]!);
        }

        try
        {
            foreach (var lane in present.Where(lane => _run.IsPrompted(lane, index)))
            {
                SetPrompt(lane, _run.PromptOf(lane, index));
            }

            _session.Evaluate(evaluation, latents, outputs, cancellationToken);
            foreach (var lane in present)
            {
                Compare(lane, evaluation, ((CpuTensor)outputs[lane]!).Singles.ToArray());
            }

            Assert.Equal(present, Enumerable.Range(0, _lanes.Length).Where(lane => outputs[lane] is not null));
        }
        finally
        {
            foreach (var tensor in latents.Concat(outputs))
            {
                tensor?.Release();
            }
        }
    }

    private void SetPrompt(int lane, ReadOnlySpan<float> numbers)
    {
        var prompt = _backend.Rent(ElementType.Float32, new TensorShape(2));
        try
        {
            _backend.Upload(numbers, prompt);
            _session.SetInput(lane, EngineRun.Prompt, prompt);
        }
        finally
        {
            prompt.Release();
        }
    }

    private void Compare(int lane, in EvaluationInfo evaluation, float[] output)
    {
        var (index, timestep) = (evaluation.Index, evaluation.Timestep);
        float[][] inputs = [.. _run.Layout.Inputs.Select(i => i.Name == EngineRun.Prompt ? _run.PromptOf(lane, index) : [timestep])];
        var measuredBefore = _naive.Measured[_lanes[lane]].Count;
        var reference = _expected[lane].Evaluate(evaluation, GeneratedDenoiser.Latent(_run.Layout, lane, evaluation.Index), inputs);
        Assert.Equal(reference.Computed, _records.Computed[(_lanes[lane], evaluation.Index)]);
        RequireClose(reference.Output, output, $"output of {_lanes[lane]} in evaluation {evaluation.Index}");
        RequireClose(
            [.. _naive.Measured[_lanes[lane]].Skip(measuredBefore)],
            [.. _policy.Measured[_lanes[lane]].Skip(measuredBefore)],
            $"measurements of {_lanes[lane]} in evaluation {evaluation.Index}");
    }

    private static void RequireClose(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var close = expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= 1e-3 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(close, $"{what}: element {i} is {actual[i]:R}, the reference has {expected[i]:R}");
        }
    }

    private sealed class Recorder : IEvaluationObserver
    {
        public Dictionary<(LaneInfo Lane, int Index), StageSet> Computed { get; } = [];

        public void EvaluationCompleted(EvaluationRecord record) => Computed[(record.Lane, record.Evaluation.Index)] = record.ComputedStages;
    }
}
