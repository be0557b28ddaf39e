using CachePolicies.Backends.Cpu;

namespace CachePolicies.Engine.Tests;

public sealed class PreludeTests : IDisposable
{
    private static readonly TensorDescriptor Image = new("image", TensorKind.State, ElementType.Float32, new TensorShape(4));
    private static readonly TensorDescriptor Prompt = new("prompt", TensorKind.Conditioning, ElementType.Int64, new TensorShape(2), ConditioningLifetime.Generation);
    private static readonly TensorDescriptor Timestep = new("timestep", TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar);
    private static readonly TensorDescriptor Text = new("text", TensorKind.Conditioning, ElementType.Float32, new TensorShape(4), ConditioningLifetime.Generation);

    private readonly CpuBackend _backend = new();
    private readonly List<int> _preludeRows = [];
    private Exception? _failure;
    private int _evaluations;

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
    }

    [Theory]
    [InlineData(LaneExecution.Batched, "4")]
    [InlineData(LaneExecution.Separate, "1 1 1 1")]
    public void It_runs_once_for_all_lanes_of_a_generation(LaneExecution execution, string rows)
    {
        var loop = Loop(ScriptedPolicy.None, new CachedDenoiserOptions { LaneExecution = execution });
        loop.Run(Request(5, 1, 2));
        Assert.Equal(rows, string.Join(' ', _preludeRows));
        loop.Run(Request(3, 3, 4));
        Assert.Equal($"{rows} {rows}", string.Join(' ', _preludeRows));
    }

    [Fact]
    public void What_it_makes_is_what_the_stages_would_make_in_each_evaluation()
    {
        var once = Loop(ScriptedPolicy.None).Run(Request(4, 1, 2));
        var eachTime = new DenoisingLoop(new CachedDenoiser(WithoutPrelude(), ScriptedPolicy.None), new FlowMatchEulerSampler()).Run(Request(4, 1, 2));
        Assert.Equal(eachTime, once);
    }

    [Fact]
    public void An_input_that_is_set_again_prepares_its_own_lane_again_and_no_other()
    {
        using var session = Session(2, 3);
        SetPrompt(session, 0, 1);
        SetPrompt(session, 1, 2);
        var first = Evaluate(session, 0, [5, 5]);
        SetPrompt(session, 1, 3);
        var second = Evaluate(session, 1, [5, 5]);
        Assert.Equal([2, 1], _preludeRows);
        Assert.Equal(first[0], second[0]);
        Assert.NotEqual(first[1], second[1]);
        Evaluate(session, 2, [5, 5]);
        Assert.Equal([2, 1], _preludeRows);
    }

    [Fact]
    public void A_lane_that_is_left_out_is_prepared_when_it_takes_part()
    {
        using var session = Session(2, 2);
        SetPrompt(session, 0, 1);
        SetPrompt(session, 1, 2);
        Evaluate(session, 0, [5, null]);
        Evaluate(session, 1, [5, 5]);
        Assert.Equal([1, 1], _preludeRows);
    }

    [Fact]
    public void A_failure_names_it_and_ends_the_session()
    {
        _failure = new InvalidOperationException("no text");
        using var session = Session(1, 2);
        SetPrompt(session, 0, 1);
        var error = Assert.Throws<StageFailedException>(() => Evaluate(session, 0, [5]));
        Assert.Contains("'prelude'", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Evaluate(session, 0, [5]));
    }

    [Fact]
    public void A_cancelled_evaluation_does_not_run_it()
    {
        using var session = Session(1, 2);
        SetPrompt(session, 0, 1);
        Assert.Throws<OperationCanceledException>(() => Evaluate(session, 0, [5], new CancellationToken(canceled: true)));
        Assert.Empty(_preludeRows);
    }

    [Fact]
    public void It_is_reported_apart_from_the_stages()
    {
        var observer = new CountingObserver();
        Loop(ScriptedPolicy.None).Run(Request(3, 1), observer);
        Assert.Equal((1, 6), (observer.Preludes, observer.Stages));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var generation = Loop(ScriptedPolicy.None).Start(Request(20, 1, 2));
        for (var i = 0; i < 4; i++)
        {
            generation.MoveNext();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        while (generation.MoveNext())
        {
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static GenerationRequest Request(int steps, params int[] seeds) => new(
        steps,
        [.. seeds.Select(seed => new GenerationSample(
            new float[] { seed, -1, 0.5f, 2 },
            new Dictionary<string, InputValue> { ["prompt"] = new long[] { seed, 1 } },
            new Dictionary<string, InputValue> { ["prompt"] = new long[2] }))],
        Guidance: 2);

    private static DenoiserLayout Layout(PreludeDescriptor? prelude) => new(
        "with prelude",
        [Timestep, Prompt],
        [new("latent", BoundaryRole.Latent, Image), new("structure", BoundaryRole.Structure, Image), new("output", BoundaryRole.Output, Image)],
        [
            new("body", "latent/image", "timestep", prelude is null ? "prompt" : "prelude/text"),
            new("head", "structure/image", prelude is null ? "prompt" : "prelude/text"),
        ],
        prelude: prelude);

    private StagedDenoiser WithPrelude() => new(
        Layout(new PreludeDescriptor(["prompt"], [Text])),
        [
            new CpuStage("body", (inputs, outputs, rows) => Mix(inputs[0], inputs[1], inputs[2].Singles, outputs[0], rows)),
            new CpuStage("head", (inputs, outputs, rows) => Mix(inputs[0], null, inputs[1].Singles, outputs[0], rows)),
        ],
        _backend,
        new CpuStage("prelude", (inputs, outputs, rows) =>
        {
            _preludeRows.Add(rows);
            if (_failure is not null)
            {
                throw _failure;
            }

            Embed(inputs[0].Integers, outputs[0].Singles);
        }));

    private StagedDenoiser WithoutPrelude() => new(
        Layout(null),
        [
            new CpuStage("body", (inputs, outputs, rows) => Mix(inputs[0], inputs[1], Embedded(inputs[2]), outputs[0], rows)),
            new CpuStage("head", (inputs, outputs, rows) => Mix(inputs[0], null, Embedded(inputs[1]), outputs[0], rows)),
        ],
        _backend);

    private DenoisingLoop Loop(ICachePolicy policy, CachedDenoiserOptions? options = null) =>
        new(new CachedDenoiser(WithPrelude(), policy, options), new FlowMatchEulerSampler());

    private DenoiserSession Session(int lanes, int evaluations)
    {
        _evaluations = evaluations;
        return new CachedDenoiser(WithPrelude(), ScriptedPolicy.None)
            .CreateSession([.. Enumerable.Range(0, lanes).Select(lane => new LaneInfo(lane, GuidanceBranch.Conditional, evaluations))]);
    }

    private void SetPrompt(DenoiserSession session, int lane, long word)
    {
        var tensor = _backend.Rent(ElementType.Int64, Prompt.Shape);
        _backend.Upload((ReadOnlySpan<long>)[word, 7], tensor);
        session.SetInput(lane, "prompt", tensor);
        tensor.Release();
    }

    private float[]?[] Evaluate(DenoiserSession session, int index, float?[] latents, CancellationToken cancellationToken = default)
    {
        var given = latents.Select(value =>
        {
            if (value is not { } number)
            {
                return null;
            }

            var tensor = _backend.Rent(ElementType.Float32, Image.Shape);
            _backend.Upload([number, number, number, number], tensor);
            return tensor;
        }).ToArray();
        var outputs = new FeatureTensor?[given.Length];
        try
        {
            session.Evaluate(new EvaluationInfo(index, _evaluations, 0.5f, 0.5f), given, outputs, cancellationToken);
            return [.. outputs.Select(output =>
            {
                if (output is null)
                {
                    return null;
                }

                var numbers = new float[4];
                _backend.Download(output, numbers);
                return numbers;
            })];
        }
        finally
        {
            foreach (var tensor in given.Concat(outputs))
            {
                tensor?.Release();
            }
        }
    }

    private static float[] Embedded(CpuTensor prompt)
    {
        var text = new float[prompt.Integers.Length * 2];
        Embed(prompt.Integers, text);
        return text;
    }

    private static void Embed(ReadOnlySpan<long> prompt, Span<float> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = MathF.Sin(prompt[i / 4 * 2] + (0.3f * (i % 4))) + prompt[(i / 4 * 2) + 1];
        }
    }

    private static void Mix(CpuTensor image, CpuTensor? timestep, ReadOnlySpan<float> text, CpuTensor output, int rows)
    {
        for (var i = 0; i < rows * 4; i++)
        {
            output.Singles[i] = (0.7f * image.Singles[i]) + (0.2f * text[i]) + (timestep?.Singles[i / 4] ?? 0);
        }
    }

    private sealed class CountingObserver : IEvaluationObserver
    {
        public int Preludes { get; private set; }

        public int Stages { get; private set; }

        public void PreludeCompleted(in PreludeRecord record) => Preludes++;

        public void StageCompleted(in StageRecord record) => Stages++;
    }
}
