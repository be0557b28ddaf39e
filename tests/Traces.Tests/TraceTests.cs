using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;

namespace CachePolicies.Traces.Tests;

public class TraceTests
{
    private static readonly string[] Boundaries = ["latent", "embedded", "structure.probe", "detail", "output"];

    private static SafetensorsWriter Trace(int steps, string boundaries, params (string Key, string Value)[] more)
    {
        var writer = new SafetensorsWriter().Metadata([("format", TraceReader.Format), ("steps", $"{steps}"), ("boundaries", boundaries), .. more]);
        for (var step = 0; step < steps; step++)
        {
            foreach (var boundary in boundaries.Split(','))
            {
                writer.Add($"{step:D4}/{boundary}", [1, 2, 2], step, 1, 2, boundary.Length);
            }
        }

        return writer;
    }

    [Fact]
    public void Tells_states_from_signals_by_their_neighbours()
    {
        var writer = new SafetensorsWriter().Metadata(("format", TraceReader.Format), ("steps", "1"), ("boundaries", "latent,embedded,detail,output"), ("model", "tiny"));
        foreach (var boundary in new[] { "latent", "embedded", "detail", "output" })
        {
            writer.Add($"0000/{boundary}", [1, 2, 1], 1, 2);
        }

        writer.Add("0000/embedded/text", [1, 1, 1], 1).Add("0000/detail/text", [1, 1, 1], 1).Add("0000/embedded/modulated", [1, 2, 1], 3, 4);
        using var written = writer.Save();
        using var trace = TraceReader.Open(written.Path);
        Assert.Equal("tiny", trace.ModelName);
        Assert.Equal(
            [("image", TensorKind.State), ("modulated", TensorKind.Signal), ("text", TensorKind.State)],
            trace.Boundaries[1].Tensors.Select(t => (t.Name, t.Kind)));
    }

    [Fact]
    public void Plays_each_step_under_a_policy()
    {
        using var written = Trace(4, string.Join(',', Boundaries)).Save();
        using var trace = TraceReader.Open(written.Path);
        using var backend = new CpuBackend();
        var records = new TraceDenoiser(trace, backend).Replay(new EveryOther());
        Assert.Equal([4, 3, 4, 3], records.Select(r => r.ComputedStages.Count));
        Assert.Equal([float.PositiveInfinity, 1f / 18, 1f / 19, 1f / 20], records.Select(r => r.Distances[0].Distance));
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    [Fact]
    public void Tells_the_engine_the_recorded_timesteps()
    {
        using var written = Trace(2, "latent,output", ("timesteps", "[1000, 250]")).Save();
        using var trace = TraceReader.Open(written.Path);
        using var backend = new CpuBackend();
        Assert.Equal(new EvaluationInfo(1, 2, 250, 0.25f) { NextSigma = 0 }, new TraceDenoiser(trace, backend).EvaluationAt(1));
    }

    [Fact]
    public void A_policy_that_needs_what_the_trace_lacks_is_refused_by_name()
    {
        using var written = Trace(2, "embedded,structure.probe,detail").Save();
        using var trace = TraceReader.Open(written.Path);
        using var backend = new CpuBackend();
        var denoiser = new TraceDenoiser(trace, backend);
        Assert.Equal(2, denoiser.Replay(new EveryOther()).Length);
        var refused = Assert.Throws<CachePlanException>(() => denoiser.Replay(new ReusesTheOutput()));
        Assert.Contains("needs the boundary 'output'", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "it lists the boundary 'latent' twice", """ "__metadata__":{"format":"cachepolicies-trace/1","steps":"1","boundaries":"latent,output,latent"} """ },
        { "its format is 'other/1'", """ "__metadata__":{"format":"other/1","steps":"1","boundaries":"latent"} """ },
        { "its format is 'missing'", """ "__metadata__":{"steps":"1"} """ },
        { "its number of steps is '0'", """ "__metadata__":{"format":"cachepolicies-trace/1","steps":"0","boundaries":"latent"} """ },
        { "its number of steps is 'missing'", """ "__metadata__":{"format":"cachepolicies-trace/1","boundaries":"latent"} """ },
        { "does not list its boundaries", """ "__metadata__":{"format":"cachepolicies-trace/1","steps":"1"} """ },
        { "it has 2 steps and 1 timesteps", """ "__metadata__":{"format":"cachepolicies-trace/1","steps":"2","boundaries":"latent","timesteps":"[1]"} """ },
        { "its timesteps are '[x]'", """ "__metadata__":{"format":"cachepolicies-trace/1","steps":"2","boundaries":"latent","timesteps":"[x]"} """ },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Metadata_that_make_no_trace_are_refused(string message, string header)
    {
        using var written = new TemporaryFile(SafetensorsWriter.Frame($"{{{header}}}"));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => TraceReader.Open(written.Path)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, int[]> WrongTensors => new()
    {
        { "lists only the boundaries", "0000/structure", [1, 2] },
        { "has 1 steps", "0001/latent", [1, 2] },
        { "names such as 0007/structure", "latent", [1, 2] },
        { "a batch axis of 1", "0000/output", [2, 1] },
        { "not the state at 'output' itself", "0000/output/text", [1, 2] },
    };

    [Theory]
    [MemberData(nameof(WrongTensors))]
    public void Tensors_that_make_no_trace_are_refused(string message, string key, int[] shape)
    {
        using var written = new SafetensorsWriter()
            .Metadata(("format", TraceReader.Format), ("steps", "1"), ("boundaries", "latent,output"))
            .Add("0000/latent", [1, 2], 1, 2).Add(key, shape, 1, 2).Save();
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => TraceReader.Open(written.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_is_missing_or_of_another_shape_is_refused()
    {
        var metadata = new[] { ("format", TraceReader.Format), ("steps", "2"), ("boundaries", "latent") };
        using var missing = new SafetensorsWriter().Metadata(metadata).Add("0000/latent", [1, 2], 1, 2).Save();
        Assert.Contains("it lacks '0001/latent'", Assert.Throws<InvalidDataException>(() => TraceReader.Open(missing.Path)).Message, StringComparison.Ordinal);
        using var other = new SafetensorsWriter().Metadata(metadata).Add("0000/latent", [1, 2], 1, 2).Add("0001/latent", [1, 1], 1).Save();
        Assert.Contains("'0001/latent' has the shape [1]", Assert.Throws<InvalidDataException>(() => TraceReader.Open(other.Path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Measures the probe and skips every other evaluation from it.</summary>
    private sealed class EveryOther : ICachePolicy, ICachePolicySession
    {
        private static readonly MeasurementKey Change = new("change");

        public string Name => "every other";

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
            .Measure(Change, BoundaryRole.StructureProbe, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(BoundaryRole.StructureProbe, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded));

        public ICachePolicySession CreateSession(in LaneInfo lane) => this;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            visit.Distance(Change) < 1 && visit.Evaluation.Index % 2 == 1 ? CacheDecision.Skip(BoundaryRole.Detail) : CacheDecision.Compute;
    }

    private sealed class ReusesTheOutput : ICachePolicy, ICachePolicySession
    {
        public string Name => "reuses the output";

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(BoundaryRole.Embedded, BoundaryRole.Output, Approximation.ReuseOutput);

        public ICachePolicySession CreateSession(in LaneInfo lane) => this;

        public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;
    }
}
