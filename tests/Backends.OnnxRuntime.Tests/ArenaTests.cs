using System.Diagnostics;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What the process keeps can be measured only while no other test runs.</summary>
[CollectionDefinition(nameof(ArenaTests), DisableParallelization = true)]
public class ArenaTestsAlone;

/// <summary>All sessions on the processor share one arena, which can be given back.</summary>
[Collection(nameof(ArenaTests))]
public class ArenaTests
{
    private const int Side = 4096;

    [Fact]
    public void Sessions_use_the_same_memory_one_after_another_and_give_it_back()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var backend = new OnnxRuntimeBackend();
        var sessions = Enumerable.Range(0, 12).Select(i => Session(backend, i)).ToArray();
        var x = backend.Rent(ElementType.Float32, new TensorShape(Side));
        var y = backend.Rent(ElementType.Float32, new TensorShape(Side));
        backend.Upload(new float[Side], x);
        backend.Trim();
        var before = ResidentBytes();
        foreach (var session in sessions)
        {
            session.Run([x], [], [y]);
        }

        // Each has intermediate results of two tensors of 64 MiB; with an arena of its own, each would keep them.
        var after = ResidentBytes();
        Assert.True(after - before < 6 * 2 * Side * Side * sizeof(float), $"{before:N0} → {after:N0}");
        backend.Trim();
        Assert.True(ResidentBytes() - before < Side * Side * sizeof(float), $"{before:N0} → {after:N0} → {ResidentBytes():N0}");
        x.Release();
        y.Release();
        foreach (var session in sessions)
        {
            session.Dispose();
        }
    }

    [Fact]
    public void A_message_that_quotes_a_long_name_is_shortened_at_once()
    {
        var watch = Stopwatch.StartNew();
        var message = RuntimeMessages.Shorten("[ErrorCode:Fail] " + string.Concat(Enumerable.Repeat("/onnxruntime/a.", 40_000)) + " was false. done");
        Assert.True(message.Length <= 401);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    // |x| as a column plus |x| as a row: a matrix, of which the largest of each row remains.
    private static BoundSession Session(OnnxRuntimeBackend backend, int number)
    {
        var graph = new OnnxGraphBuilder("outer");
        var x = graph.Input("x", OnnxElementType.Float32, "batch", Side);
        var matrix = graph.Add(graph.Reshape(x, -1, Side, 1), graph.Reshape(x, -1, 1, Side));
        matrix = graph.Node("Tanh", [graph.Mul(matrix, graph.Scalar(number + 1))]);
        graph.Output("y", graph.Reshape(graph.Slice(matrix, 2, 0, 1), -1, Side), OnnxElementType.Float32, "batch", Side);
        return new BoundSession(backend.Device, backend.Device.Sessions.OpenAsStage(graph.ToBytes()), new SessionPorts(["x"], ["y"], []), $"test {number}");
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), System.Globalization.CultureInfo.InvariantCulture) * 1024;
}
