namespace CachePolicies.Abstractions.Tests;

/// <summary>A small layout of FLUX's form: 6 image tokens and 2 text tokens of 4 channels.</summary>
internal static class FluxLayout
{
    public static TensorDescriptor State(string name, params ReadOnlySpan<Dimension> shape) =>
        new(name, TensorKind.State, ElementType.Float32, new TensorShape(shape));

    public static TensorDescriptor Image { get; } = State("image", 6, 4);

    public static TensorDescriptor Text { get; } = State("text", 2, 4);

    public static TensorDescriptor Vec { get; } = new("vec", TensorKind.Conditioning, ElementType.Float32, new TensorShape(4));

    public static TensorDescriptor Modulated { get; } = Image with { Name = "modulated", Kind = TensorKind.Signal };

    public static TensorDescriptor Timestep { get; } = new("timestep", TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar);

    public static DenoiserLayout Create() => new(
        "flux",
        [Timestep],
        [
            new("latent", BoundaryRole.Latent, State("image", 6, 3)),
            new("embedded", BoundaryRole.Embedded, Image, Text, Vec, Modulated),
            new("structure.probe", BoundaryRole.StructureProbe, Image, Text),
            new("structure.probe2", BoundaryRole.Cut, Image, Text),
            new("structure", BoundaryRole.Structure, Image, Text),
            new("detail", BoundaryRole.Detail, Image),
            new("output", BoundaryRole.Output, State("image", 6, 3)),
        ],
        [
            new("embed", "latent/image", "timestep"),
            new("double1", "embedded/image", "embedded/text", "embedded/vec"),
            new("double2", "structure.probe/image", "structure.probe/text", "embedded/vec"),
            new("double3", "structure.probe2/image", "structure.probe2/text", "embedded/vec"),
            new("singles", "structure/image", "structure/text", "embedded/vec"),
            new("head", "detail/image", "embedded/vec"),
        ],
        "test");
}
