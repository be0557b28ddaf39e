using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;

namespace CachePolicies.Laws.Tests;

/// <summary>
/// The real engine does what the naive one does: same outputs, same computed stages, same measurements, same cache, no lease left; for lanes in one
/// call or in one each, with branches that come and go, whatever fails or is cancelled in mid-evaluation.
/// </summary>
public class ReferenceEngineTests
{
    private static readonly CpuBackend Backend = new();

    [Fact]
    public void The_engine_equals_the_reference_over_random_policies_and_layouts() => Law.Holds(EngineRun.All, Compare);

    private static void Compare(EngineRun run)
    {
        using var fault = new Fault(run.Fault, run.FaultAt);
        var policy = new ScrambledPolicy(run.Seed, run.Layout) { Deciding = fault.Deciding, Completing = fault.Completing };
        var cached = new CachedDenoiser(
            GeneratedDenoiser.On(Backend, run.Layout, fault.StageStarting), policy, new CachedDenoiserOptions { LaneExecution = run.Execution });
        var tested = new ComparedSession(run, cached, Backend, policy, run.Lanes);
        using (var beside = new ComparedSession(run, cached, Backend, policy, 1, firstSample: 10))
        {
            var hasFailed = false;
            for (var index = 0; index < run.Count; index++)
            {
                beside.Evaluate(index);
                hasFailed = hasFailed || Fails(run, tested, index, fault);
            }

            Assert.True(hasFailed || !fault.Happened || run.Fault == FaultKind.TokenCancelled, $"{run.Fault} went unnoticed");
            if (hasFailed)
            {
                Assert.Equal(0, tested.HeldCacheBytes);
                Repeat(run, cached, policy);
            }
            else
            {
                tested.Dispose();
            }
        }

        // A session that failed has given everything back by itself.
        Assert.Equal(0, Backend.Statistics.LiveTensors);
    }

    /// <summary>Evaluates once more with the fault at large; where it strikes, the session has ended.</summary>
    private static bool Fails(EngineRun run, ComparedSession tested, int index, Fault fault)
    {
        fault.IsArmed = true;
        try
        {
            tested.Evaluate(index, fault.Token);
            return false;
        }
        catch (Exception told) when (told is StageFailedException or OperationCanceledException or ArithmeticException)
        {
            fault.AssertToldBy(told, run.Layout, run.Evaluation(index));
        }
        finally
        {
            fault.IsArmed = false;
        }

        if (Enumerable.Range(0, run.Lanes).Any(lane => run.IsPresent(lane, index)))
        {
            Assert.Contains("has ended", Assert.Throws<InvalidOperationException>(() => tested.Evaluate(index)).Message, StringComparison.Ordinal);
        }

        return true;
    }

    /// <summary>The same generation again is what it would have been: nothing of the failed one is left.</summary>
    private static void Repeat(EngineRun run, CachedDenoiser cached, ScrambledPolicy policy)
    {
        using var again = new ComparedSession(run, cached, Backend, policy, run.Lanes);
        for (var index = 0; index < run.Count; index++)
        {
            again.Evaluate(index);
        }
    }
}
