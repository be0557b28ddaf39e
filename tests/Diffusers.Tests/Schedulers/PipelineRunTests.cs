using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;

namespace CachePolicies.Diffusers.Tests.Schedulers;

/// <summary>
/// Whole generations of diffusers' pipelines (Stable Diffusion 1.5 under seven schedulers, SDXL, SD3, FLUX): guidance, number of steps and the pipeline's own
/// noise levels as they are there, with the model's recorded outputs.
/// </summary>
public sealed class PipelineRunTests
{
    private const double Tolerance = 2e-5;

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Runs = new(Load);

    public static TheoryData<string> Names => [.. Runs.Value.Keys];

    [Fact]
    public void All_recorded_runs_are_there() => Assert.Equal(20, Runs.Value.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_loop_goes_where_the_pipeline_went(string name)
    {
        var run = Runs.Value[name];
        var elements = run.GetProperty("elements").GetInt32();
        var (inputs, conditional, unconditional, end) = (Numbers(run, "inputs"), Numbers(run, "conditional"), Numbers(run, "unconditional"), Numbers(run, "end"));
        var context = new SchedulerContext { EvenSigmas = run.GetProperty("evenSigmas").GetBoolean(), TimestepScale = run.GetProperty("timestepScale").GetSingle() };
        var sampler = SchedulerConfig.Parse(Encoding.UTF8.GetBytes(run.GetProperty("config").GetRawText()), name, context);

        using var backend = new CpuBackend();
        var calls = 0;
        var passes = unconditional.Length == 0 ? 1 : 2;
        var loop = RecordedDenoiser.Loop(
            backend, elements, sampler, () => (calls % passes == 0 ? conditional : unconditional).AsSpan(calls++ / passes * elements, elements));
        int? tokens = run.TryGetProperty("imageTokens", out var count) ? count.GetInt32() : null;
        var scale = sampler.CreateSchedule(new ScheduleRequest(run.GetProperty("steps").GetInt32(), ImageTokens: tokens)).InitialScale;
        var nothing = ImmutableDictionary<string, InputValue>.Empty;
        var sample = new GenerationSample(inputs.Take(elements).Select(x => x / scale).ToArray(), nothing, nothing);
        using var generation = loop.Start(new GenerationRequest(run.GetProperty("steps").GetInt32(), [sample], run.GetProperty("guidance").GetSingle()) { ImageTokens = tokens });

        Assert.All(
            run.GetProperty("timesteps").EnumerateArray().Select(t => t.GetSingle()).Zip(generation.Schedule.Evaluations),
            pair => Assert.Equal(pair.First, pair.Second.Timestep, 1e-6f * Math.Max(1, pair.First)));
        var evaluations = generation.Schedule.Evaluations.Length;
        Assert.Equal(inputs.Length, evaluations * elements);
        for (var i = 0; i < evaluations; i++)
        {
            Near(inputs.AsSpan(i * elements, elements), generation.DownloadLatent(0));
            generation.MoveNext();
        }

        Near(end, generation.DownloadLatent(0));
    }

    private static void Near(ReadOnlySpan<float> expected, float[] actual)
    {
        var largest = 1f;
        foreach (var number in expected)
        {
            largest = Math.Max(largest, Math.Abs(number));
        }

        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance * largest);
        }
    }

    private static float[] Numbers(JsonElement run, string name) =>
        run.TryGetProperty(name, out var text) ? MemoryMarshal.Cast<byte, float>(text.GetBytesFromBase64()).ToArray() : [];

    private static Dictionary<string, JsonElement> Load()
    {
        using var stream = typeof(PipelineRunTests).Assembly.GetManifestResourceStream("CachePolicies.Diffusers.Tests.Schedulers.pipelines.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.GetProperty("runs").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!, r => r.Clone());
    }
}
