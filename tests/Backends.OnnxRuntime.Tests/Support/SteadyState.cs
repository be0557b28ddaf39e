using CachePolicies.Engine;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Counts what generations allocate on the managed heap once they are warm.</summary>
internal static class SteadyState
{
    /// <summary>
    /// Runs the same generation until its buffers have settled in a rotation that was there before, and asserts that its steps then allocate nothing.
    /// </summary>
    public static void AssertAllocatesNothing(DenoisingLoop loop, string what)
    {
        const int Rounds = 12;
        long allocated = -1;
        for (var round = 0; round < Rounds && allocated != 0; round++)
        {
            allocated = StepsOf(loop);
        }

        Assert.True(allocated == 0, $"The steps of a warm generation with '{what}' allocate {allocated} bytes.");
        Assert.Equal(0, StepsOf(loop));
    }

    private static long StepsOf(DenoisingLoop loop)
    {
        using var generation = loop.Start(TinyRun.Request(1));
        generation.MoveNext();
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (generation.MoveNext())
        {
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
