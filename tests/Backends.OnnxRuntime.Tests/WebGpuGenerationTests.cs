using System.Text.Json;
using CachePolicies.Engine;
using CachePolicies.Onnx;
using CachePolicies.Testing;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Whole generations on a device: decided as on the processor, wholly on the device, without an allocation.</summary>
[RequiresWebGpu]
[Collection("webgpu")]
public sealed class WebGpuGenerationTests : IDisposable
{
    private readonly TinyModel _files = new();

    public static TheoryData<string> Policies => [.. TinyRun.Policies.Keys];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_policy_decides_as_it_does_over_the_managed_operations(string name)
    {
        var policy = TinyRun.Policies[name];
        using var processor = new OnnxRuntimeBackend();
        using var expectedModel = OnnxDenoiserModel.Load(_files.Folder.Path, processor);
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, WebGpu.Backend);
        var before = WebGpu.Backend.Statistics;
        foreach (var execution in Enum.GetValues<LaneExecution>())
        {
            var expected = TinyRun.Of(expectedModel.Denoiser, policy, execution: execution);
            var actual = TinyRun.Of(model.Denoiser, policy, execution: execution);
            Assert.Equal(expected.Decisions, actual.Decisions);
            Assert.Equal(name == "none", actual.Skips == 0);
            Assert.All(expected.Distances.Zip(actual.Distances), d => Assert.Equal(d.First, d.Second, 1e-4f));
            Assert.All(expected.Output.Zip(actual.Output), o => Assert.Equal(o.First, o.Second, 1e-3f));
        }

        Assert.Equal((before.LiveTensors, before.LiveBytes), (WebGpu.Backend.Statistics.LiveTensors, WebGpu.Backend.Statistics.LiveBytes));
        Assert.Empty(model.HostCopies);
    }

    [Fact]
    public void No_feature_crosses_to_the_host_and_no_node_runs_on_the_processor()
    {
        using var profiles = new TemporaryFolder();
        using (var backend = WebGpu.Open(o => o.ProfilePrefix = profiles.File("profile")))
        {
            using var model = OnnxDenoiserModel.Load(_files.Folder.Path, backend);
            foreach (var policy in TinyRun.Policies.Values)
            {
                var before = backend.Statistics;
                TinyRun.Of(model.Denoiser, policy);
                var after = backend.Statistics;

                // Up: the noise, a style for each branch, a timestep for each evaluation. Down: the image.
                Assert.Equal(1 + 2 + TinyRun.Steps, after.Uploads - before.Uploads);
                Assert.Equal(1, after.Downloads - before.Downloads);
            }
        }

        var nodes = Directory.GetFiles(profiles.Path).SelectMany(Nodes).ToList();
        Assert.True(nodes.Count > 1000, $"The profiles show {nodes.Count} nodes.");
        Assert.DoesNotContain(nodes, n => n.Operator.Contains("Memcpy", StringComparison.Ordinal));
        Assert.All(nodes, n => Assert.Equal("WebGpuExecutionProvider", n.Provider));
    }

    [Fact]
    public void A_cancelled_generation_leaves_no_lease_and_the_next_one_works()
    {
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, WebGpu.Backend);
        var before = WebGpu.Backend.Statistics;
        using (var generation = TinyRun.Loop(model.Denoiser, TinyRun.Policies["di"]).Start(TinyRun.Request(1)))
        {
            generation.MoveNext();
            generation.MoveNext();
            using var cancelled = new CancellationTokenSource();
            cancelled.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => generation.MoveNext(cancelled.Token));
        }

        Assert.Equal((before.LiveTensors, before.LiveBytes), (WebGpu.Backend.Statistics.LiveTensors, WebGpu.Backend.Statistics.LiveBytes));
        TinyRun.Of(model.Denoiser, TinyRun.Policies["di"]);
    }

    [Fact]
    public async Task Generations_at_once_equal_generations_one_by_one()
    {
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, WebGpu.Backend);
        var policies = TinyRun.Policies.Values.ToArray();
        float[] Generate(int i) => TinyRun.Of(model.Denoiser, policies[i % policies.Length], seed: i).Output;
        var serial = Enumerable.Range(0, 16).Select(Generate).ToArray();
        var parallel = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Generate(i))));
        Assert.All(serial.Zip(parallel), p => Assert.Equal(p.First, p.Second));
        Assert.Equal(0, WebGpu.Backend.Statistics.LiveTensors);
    }

    [Fact]
    public void A_step_with_known_buffers_allocates_nothing()
    {
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, WebGpu.Backend);
        foreach (var (name, policy) in TinyRun.Policies)
        {
            SteadyState.AssertAllocatesNothing(TinyRun.Loop(model.Denoiser, policy), name);
        }
    }

    [Fact]
    public void An_input_that_a_graph_reads_on_the_processor_is_copied_again_at_each_run()
    {
        var graph = new OnnxGraphBuilder("identifiers");
        var shape = graph.Input("shape", OnnxElementType.Int64, 2);
        graph.Output("grid", graph.Node("Expand", [graph.Constant([1f], 1, 1), shape]), OnnxElementType.Float32, "rows", "columns");
        using var session = new BoundSession(WebGpu.Backend.Device, WebGpu.Backend.Device.Sessions.OpenAsStage(graph.ToBytes()), new SessionPorts(["shape"], ["grid"], []), "a test");
        Assert.Equal(["shape"], session.CopiedInputs);
        var sizes = WebGpu.Backend.Rent(ElementType.Int64, TensorShape.Scalar, 2);
        foreach (var (rows, columns) in new[] { (2, 3), (4, 5), (2, 3) })
        {
            var grid = WebGpu.Backend.Rent(ElementType.Float32, new TensorShape(columns), rows);
            WebGpu.Backend.Upload([(long)rows, columns], sizes);
            session.Run([sizes], [], [grid]);
            Assert.Equal(rows * columns, WebGpu.Backend.ToArray(grid).Sum());
            grid.Release();
        }

        sizes.Release();
    }

    [Fact]
    public void The_reserve_of_the_devices_arena_is_told_where_there_is_one()
    {
        var tensor = WebGpu.Backend.Rent(ElementType.Float32, new TensorShape(1000, 1000));
        Assert.True(WebGpu.Backend.ArenaReserveBytes is null or >= 0);
        tensor.Release();
        using var processor = new OnnxRuntimeBackend();
        Assert.Null(processor.ArenaReserveBytes);
    }

    [Fact]
    public void Element_types_that_the_device_does_not_compute_with_are_refused_by_name()
    {
        foreach (var type in new[] { ElementType.Float16, ElementType.BFloat16 }.Where(t => !WebGpu.Backend.Supports(t)))
        {
            using var files = new TinyModel(type);
            var error = Assert.Throws<NotSupportedException>(() => OnnxDenoiserModel.Load(files.Folder.Path, WebGpu.Backend));
            Assert.Contains(type.ToName(), error.Message, StringComparison.Ordinal);
            Assert.Contains("WebGPU", error.Message, StringComparison.Ordinal);
            var kernel = new KernelSignature([new TensorType(type, new TensorShape(4))], 0, [TensorExpression.Input(0).Mean()]);
            Assert.Contains(type.ToName(), Assert.Throws<NotSupportedException>(() => WebGpu.Backend.Compile(kernel)).Message, StringComparison.Ordinal);
        }

        Assert.False(WebGpu.Backend.Supports(ElementType.BFloat16), "WGSL has no bfloat16.");
    }

    private static IEnumerable<(string Operator, string? Provider)> Nodes(string profile)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(profile));
        return
        [
            .. json.RootElement.EnumerateArray()
                .Where(e => e.TryGetProperty("cat", out var category) && category.GetString() == "Node" && e.GetProperty("name").GetString()!.EndsWith("kernel_time", StringComparison.Ordinal))
                .Select(e => e.GetProperty("args"))
                .Select(a => (a.GetProperty("op_name").GetString()!, a.TryGetProperty("provider", out var p) ? p.GetString() : null)),
        ];
    }
}
