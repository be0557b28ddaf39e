using CachePolicies.Backends.Cpu;

namespace CachePolicies.Engine.Tests;

/// <summary>
/// A denoiser of FLUX's form in a few lines of managed code: 6 image and 2 text tokens of 4 channels. Each stage mixes tokens and conditioning,
/// so that every input matters. Counts its runs, and can be told to fail or to call back.
/// </summary>
internal sealed class TinyDenoiser : IDisposable
{
    private static readonly TensorShape ImageShape = new(6, 4), TextShape = new(2, 4);
    private static readonly TensorDescriptor Image = new("image", TensorKind.State, ElementType.Float32, ImageShape);
    private static readonly TensorDescriptor Text = new("text", TensorKind.State, ElementType.Float32, TextShape);
    private static readonly TensorDescriptor Vec = new("vec", TensorKind.Conditioning, ElementType.Float32, new TensorShape(4));
    private static readonly TensorDescriptor Modulated = new("modulated", TensorKind.Signal, ElementType.Float32, ImageShape);
    private static readonly TensorDescriptor Prompt = new("prompt", TensorKind.Conditioning, ElementType.Int64, new TensorShape(2), ConditioningLifetime.Generation);
    private static readonly TensorDescriptor Timestep = new("timestep", TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar);

    public static readonly string[] StageNames = ["embed", "double1", "double2", "single1", "singles", "head"];

    public TinyDenoiser()
    {
        Denoiser = new StagedDenoiser(Layout, [.. StageNames.Select((name, i) => new CpuStage(name, (inputs, outputs, rows) => Run(i, inputs, outputs, rows)))], Backend);
    }

    public static DenoiserLayout Layout { get; } = new(
        "tiny",
        [Timestep, Prompt],
        [
            new("latent", BoundaryRole.Latent, Image),
            new("embedded", BoundaryRole.Embedded, Image, Text, Vec, Modulated),
            new("structure.probe", BoundaryRole.StructureProbe, Image, Text),
            new("structure", BoundaryRole.Structure, Image, Text),
            new("detail.probe", BoundaryRole.DetailProbe, Image, Text),
            new("detail", BoundaryRole.Detail, Image),
            new("output", BoundaryRole.Output, Image),
        ],
        [
            new("embed", "latent/image", "timestep", "prompt"),
            new("double1", "embedded/image", "embedded/text", "embedded/vec"),
            new("double2", "structure.probe/image", "structure.probe/text", "embedded/vec"),
            new("single1", "structure/image", "structure/text", "embedded/vec"),
            new("singles", "detail.probe/image", "detail.probe/text", "embedded/vec"),
            new("head", "detail/image", "embedded/vec"),
        ]);

    public CpuBackend Backend { get; } = new();

    public StagedDenoiser Denoiser { get; }

    public int[] Runs { get; } = new int[StageNames.Length];

    /// <summary>Called before each stage with its index.</summary>
    public Action<int>? BeforeStage { get; set; }

    /// <summary>Told the prompt and timestep of each row that is embedded; the run fails where it says so.</summary>
    public Func<long, float, bool>? RowFails { get; set; }

    public static GenerationSample Sample(int seed)
    {
        var random = new Random(seed);
        var noise = new float[ImageShape.ElementCount];
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = (float)((random.NextDouble() * 4) - 2);
        }

        return new GenerationSample(
            noise,
            new Dictionary<string, InputValue> { ["prompt"] = new long[] { seed % 7, (seed / 7) % 5 } },
            new Dictionary<string, InputValue> { ["prompt"] = new long[2] });
    }

    public static GenerationRequest Request(int steps, float guidance = 3, params int[] seeds) =>
        new(steps, [.. (seeds.Length == 0 ? [1] : seeds).Select(Sample)], guidance);

    public DenoisingLoop Loop(ICachePolicy policy, CachedDenoiserOptions? options = null, ISampler? sampler = null) =>
        new(new CachedDenoiser(Denoiser, policy, options), sampler ?? new FlowMatchEulerSampler());

    public FeatureTensor Latent(int seed)
    {
        var tensor = Backend.Rent(ElementType.Float32, ImageShape);
        Backend.Upload(Sample(seed).Noise.Span, tensor);
        return tensor;
    }

    public void Dispose() => Backend.Dispose();

    private void Run(int stage, CpuTensors inputs, CpuTensors outputs, int rows)
    {
        BeforeStage?.Invoke(stage);
        Interlocked.Increment(ref Runs[stage]);
        for (var row = 0; row < rows; row++)
        {
            switch (stage)
            {
                case 0:
                    if (RowFails?.Invoke(inputs[2].Integers[row * 2], Row(inputs[1], row)[0]) == true)
                    {
                        throw new ArithmeticException("the row fails");
                    }

                    Embed(Row(inputs[0], row), Row(inputs[1], row)[0], inputs[2].Integers.Slice(row * 2, 2), outputs, row);
                    break;
                case 5:
                    Mix(Row(inputs[0], row), default, Row(inputs[1], row), 0.6f, Row(outputs[0], row), default);
                    break;
                default:
                    var text = outputs.Count > 1 ? Row(outputs[1], row) : default;
                    Mix(Row(inputs[0], row), Row(inputs[1], row), Row(inputs[2], row), 0.3f + (0.1f * stage), Row(outputs[0], row), text);
                    break;
            }
        }
    }

    private static void Embed(Span<float> latent, float timestep, Span<long> prompt, CpuTensors outputs, int row)
    {
        var image = Row(outputs[0], row);
        var text = Row(outputs[1], row);
        var vec = Row(outputs[2], row);
        var modulated = Row(outputs[3], row);
        for (var c = 0; c < 4; c++)
        {
            vec[c] = MathF.Sin((timestep * (c + 1)) + prompt[0]) + (0.3f * prompt[1]);
        }

        for (var i = 0; i < image.Length; i++)
        {
            image[i] = latent[i] + 0.5f;
            modulated[i] = image[i] * (1 + vec[i % 4]);
        }

        for (var i = 0; i < text.Length; i++)
        {
            text[i] = 0.2f * prompt[i / 4] + 0.1f * i;
        }
    }

    /// <summary>Every token is moved by its neighbour, the text's mean and the conditioning.</summary>
    private static void Mix(Span<float> image, Span<float> text, Span<float> vec, float strength, Span<float> toImage, Span<float> toText)
    {
        var mean = 0f;
        foreach (var value in text)
        {
            mean += value / text.Length;
        }

        for (var i = 0; i < image.Length; i++)
        {
            toImage[i] = image[i] + (strength * MathF.Tanh(image[(i + 5) % image.Length] - mean + vec[i % 4]));
        }

        for (var i = 0; i < toText.Length; i++)
        {
            toText[i] = text[i] + (0.1f * MathF.Tanh(image[i] + vec[i % 4]));
        }
    }

    private static Span<float> Row(CpuTensor tensor, int row)
    {
        var length = (int)tensor.Shape.ElementCount;
        return tensor.Singles.Slice(row * length, length);
    }
}
