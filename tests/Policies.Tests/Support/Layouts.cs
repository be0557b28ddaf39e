namespace CachePolicies.Policies.Tests;

/// <summary>Layouts that tests plan on; no stage of them ever runs.</summary>
internal static class Layouts
{
    /// <summary>FLUX in small: every role that the policies use, with both signals.</summary>
    public static DenoiserLayout Flux { get; } = Create();

    public static DenoiserLayout Create(bool modulated = true, bool residual = true, bool probe = true)
    {
        TensorDescriptor State(string name, int tokens) => new(name, TensorKind.State, ElementType.Float32, new TensorShape(tokens, 8));
        TensorDescriptor Signal(string name, int tokens) => new(name, TensorKind.Signal, ElementType.Float32, new TensorShape(tokens, 8));
        Boundary Tokens(string name, BoundaryRole role, params TensorDescriptor[] signals) => new(name, role, [State("image", 12), State("text", 4), .. signals]);

        List<Boundary> boundaries =
        [
            new("latent", BoundaryRole.Latent, State("image", 6)),
            Tokens("embedded", BoundaryRole.Embedded, modulated ? [Signal("modulated", 12)] : []),
            Tokens("first", BoundaryRole.StructureProbe),
            Tokens("structure.probe2", BoundaryRole.Cut),
            Tokens("structure", BoundaryRole.Structure),
            Tokens("detail.probe", BoundaryRole.DetailProbe, residual ? [Signal("residual", 16)] : []),
            Tokens("detail.tail", BoundaryRole.DetailTail),
            Tokens("detail", BoundaryRole.Detail),
            new("output", BoundaryRole.Output, State("image", 6)),
        ];
        boundaries.RemoveAll(b => !probe && b.Role == BoundaryRole.StructureProbe);
        var stages = boundaries.Skip(1).Select((b, i) => new StageDescriptor(
            $"to {b.Name}",
            [.. boundaries[i].Tensors.Where(t => t.Kind == TensorKind.State).Select(t => $"{boundaries[i].Name}/{t.Name}")]));
        return new DenoiserLayout("small", [], [.. boundaries], [.. stages], "weights-1");
    }

    /// <summary>A model that was not split: one stage.</summary>
    public static DenoiserLayout Unsplit { get; } = new(
        "unsplit",
        [],
        [
            new("latent", BoundaryRole.Latent, new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 8))),
            new("output", BoundaryRole.Output, new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 8))),
        ],
        [new("all", "latent/image")]);
}
