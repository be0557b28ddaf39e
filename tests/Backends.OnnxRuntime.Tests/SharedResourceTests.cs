using System.Diagnostics;
using CachePolicies.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What the sessions of a process share: the arena and the helper threads.</summary>
[Collection(nameof(ArenaTests))]
public sealed class SharedResourceTests
{
    private const int Sessions = 32;

    [Fact]
    public void Sessions_share_their_helper_threads()
    {
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions());
        using (backend.Device.Sessions.OpenOperation(Summed(8)))
        {
            var before = Threads();
            var sessions = Enumerable.Range(0, Sessions).Select(_ => backend.Device.Sessions.OpenOperation(Summed(8))).ToArray();
            var after = Threads();
            Array.ForEach(sessions, s => s.Dispose());

            // With helpers of its own, each session would have one thread or more; a few that the process starts meanwhile are none of theirs.
            Assert.True(after - before < Sessions / 2, $"{after - before} threads for {Sessions} sessions.");
        }
    }

    [Fact]
    public async Task Backends_that_open_sessions_at_the_same_time_keep_their_own_limits()
    {
        using var roomy = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1 });
        using var tight = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1, MemoryLimit = 1 << 20 });
        var graph = Summed(1 << 20);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < Sessions; i++)
            {
                using var session = (worker % 2 == 0 ? roomy : tight).Device.Sessions.OpenOperation(graph);
                if (worker % 2 == 0)
                {
                    Assert.Equal(1 << 20, Run(session));
                }
                else
                {
                    Assert.Throws<OnnxRuntimeException>(() => Run(session));
                }
            }
        })));
    }

    [Fact]
    public void A_stage_that_asks_for_more_than_the_limit_is_refused_in_words_and_another_backend_keeps_its_own_limit()
    {
        using var roomy = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1 });
        using var tight = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1, MemoryLimit = 16 << 20 });
        using var large = roomy.Device.Sessions.OpenOperation(Summed(16 << 20));
        using var refused = tight.Device.Sessions.OpenOperation(Summed(16 << 20));
        using var small = tight.Device.Sessions.OpenOperation(Summed(1 << 20));

        Assert.Equal(16 << 20, Run(large));
        Assert.Equal(1 << 20, Run(small));
        var failure = Assert.Throws<OnnxRuntimeException>(() => Run(refused));

        var described = tight.Device.Fail("the stage 'sum'", failure);
        Assert.True(described.IsOutOfMemory);
        Assert.False(described.IsDeviceLost);
        Assert.Contains("the device is out of memory", described.Message, StringComparison.Ordinal);
    }

    private static byte[] Summed(int count)
    {
        var graph = new OnnxGraphBuilder("sum");
        var x = graph.Input("x", OnnxElementType.Float32, 1);
        var many = graph.Node("Expand", [x, graph.Integers(count)]);
        graph.Output("y", graph.ReduceSum(many, [0], keepDimensions: true), OnnxElementType.Float32, 1);
        return graph.ToBytes();
    }

    private static float Run(InferenceSession session)
    {
        using var options = new RunOptions();
        using var x = OrtValue.CreateTensorValueFromMemory(new float[] { 1 }, [1]);
        using var results = session.Run(options, ["x"], [x], ["y"]);
        return results[0].GetTensorDataAsSpan<float>()[0];
    }

    private static int Threads() => Process.GetCurrentProcess().Threads.Count;
}
