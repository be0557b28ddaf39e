using System.Collections.Immutable;
using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.TextToImage.Tests;

/// <summary>A text-to-image model of FLUX's form in managed code: 4 × 4 pixels, four patches of 2 × 2, three words.</summary>
internal sealed class TinyModel : IDisposable
{
    private static readonly TensorDescriptor Latent = new("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 12));
    private static readonly TensorDescriptor Vec = new("vec", TensorKind.Conditioning, ElementType.Float32, new TensorShape(2));
    private static readonly TensorDescriptor Modulated = new("modulated", TensorKind.Signal, ElementType.Float32, new TensorShape(4, 12));

    public static readonly ImmutableArray<string> Vocabulary = ["<pad>", "flat", "glossy", "red", "apple", "applet", "pear"];

    private readonly CpuBackend _backend = new();

    public TinyModel()
    {
        var layout = new DenoiserLayout(
            "tiny",
            [
                new("timestep", TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar),
                new("text_ids", TensorKind.Conditioning, ElementType.Int64, new TensorShape(3), ConditioningLifetime.Generation),
            ],
            [
                new("latent", BoundaryRole.Latent, Latent),
                new("embedded", BoundaryRole.Embedded, Latent, Vec, Modulated),
                new("structure.probe", BoundaryRole.StructureProbe, Latent),
                new("structure", BoundaryRole.Structure, Latent),
                new("detail.probe", BoundaryRole.DetailProbe, Latent),
                new("detail", BoundaryRole.Detail, Latent),
                new("output", BoundaryRole.Output, Latent),
            ],
            [
                new("embed", "latent/image", "timestep", "text_ids"),
                new("double1", "embedded/image", "embedded/vec"),
                new("double2", "structure.probe/image", "embedded/vec"),
                new("single1", "structure/image", "embedded/vec"),
                new("singles", "detail.probe/image", "embedded/vec"),
                new("head", "detail/image", "embedded/vec"),
            ]);
        Denoiser = new StagedDenoiser(layout, [.. layout.Stages.Select((s, i) => new CpuStage(s.Name, (inputs, outputs, rows) => Run(i, inputs, outputs, rows)))], _backend);
        Model = new TextToImageModel(
            Denoiser, new WordTokenizer(Vocabulary, 3, "text_ids", ["flat", "glossy"]), new PatchDecoder(4, 4, 2), new FlowMatchEulerSampler());
    }

    public StagedDenoiser Denoiser { get; }

    public TextToImageModel Model { get; }

    /// <summary>Called before each stage.</summary>
    public Action? BeforeStage { get; set; }

    /// <summary>What the stages write instead of their result, or <see langword="null"/>.</summary>
    public float? Constant { get; set; }

    public int LiveTensors => _backend.Statistics.LiveTensors;

    public void Dispose() => _backend.Dispose();

    private void Run(int stage, CpuTensors inputs, CpuTensors outputs, int rows)
    {
        BeforeStage?.Invoke();
        for (var row = 0; row < rows; row++)
        {
            var image = inputs[0].Singles.Slice(row * 48, 48);
            var result = outputs[0].Singles.Slice(row * 48, 48);
            if (stage == 0)
            {
                var vec = outputs[1].Singles.Slice(row * 2, 2);
                var ids = inputs[2].Integers.Slice(row * 3, 3);
                (vec[0], vec[1]) = (inputs[1].Singles[row], ids[0] + (2 * ids[1]) + (3 * ids[2]));
                for (var i = 0; i < 48; i++)
                {
                    result[i] = image[i] + 0.1f;
                    outputs[2].Singles[(row * 48) + i] = result[i] * (1 + vec[0]);
                }
            }
            else
            {
                var condition = inputs[1].Singles.Slice(row * 2, 2);
                for (var i = 0; i < 48; i++)
                {
                    var moved = 0.2f * MathF.Tanh(image[(i + stage) % 48] - condition[0] + (0.1f * condition[1]));
                    result[i] = stage == 5 ? moved : image[i] + moved;
                }
            }

            if (Constant is { } constant)
            {
                result.Fill(constant);
            }
        }
    }
}
