using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>
/// A denoiser as a chain of stages with boundaries between them. Immutable; checked when it is made, so that whoever holds one may rely
/// on it: names are unique, every tensor that a stage reads exists before the stage runs, and roles come in the field's order.
/// </summary>
public sealed class DenoiserLayout
{
    /// <summary>The most stages that a layout can have; merge blocks into one stage where nothing needs to look between them.</summary>
    public const int MaximumStages = 64;

    /// <summary>The name of the denoiser input that the engine fills with each evaluation's timestep.</summary>
    public const string TimestepInput = "timestep";

    /// <summary>The name of the denoiser input that the engine fills with each evaluation's sigma.</summary>
    public const string SigmaInput = "sigma";

    private readonly ImmutableArray<ImmutableArray<TensorSource>> _reads;
    private readonly int[] _byRole;

    /// <summary>Creates a layout.</summary>
    /// <param name="name">The model's name, used in messages.</param>
    /// <param name="inputs">What the denoiser is given in addition to the latent; all conditioning.</param>
    /// <param name="boundaries">From the latent to the output, in order.</param>
    /// <param name="stages">One for each pair of neighbouring boundaries, in order.</param>
    /// <param name="fingerprint">Identifies the weights; calibrations and fits are bound to it.</param>
    /// <param name="prelude">What is computed once for a generation, before the stages, or <see langword="null"/>.</param>
    /// <exception cref="InvalidLayoutException">The parts contradict each other.</exception>
    public DenoiserLayout(
        string name,
        ImmutableArray<TensorDescriptor> inputs,
        ImmutableArray<Boundary> boundaries,
        ImmutableArray<StageDescriptor> stages,
        string fingerprint = "",
        PreludeDescriptor? prelude = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Fingerprint = fingerprint;
        Inputs = inputs;
        Prelude = prelude;
        Stages = stages;
        Boundaries = [.. boundaries.Select((b, i) => new Boundary(b.Name, b.Role, b.Tensors) { Index = i })];
        _byRole = LayoutRules.Check(this);
        _reads = LayoutRules.ResolveReads(this);
        PreludeReads = LayoutRules.ResolvePreludeReads(this);
        Blocks = StageSet.Between(Math.Max(0, IndexOf(BoundaryRole.Embedded)), IndexOf(BoundaryRole.Detail) is var detail and >= 0 ? detail : stages.Length);
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>Identifies the weights, or empty.</summary>
    public string Fingerprint { get; }

    /// <summary>The model's family, such as <see cref="ModelFamily.Flux"/>: where policies find published settings; <see langword="null"/> where it is not known.</summary>
    public string? Family { get; init; }

    /// <summary>What the denoiser is given in addition to the latent.</summary>
    public ImmutableArray<TensorDescriptor> Inputs { get; }

    /// <summary>What is computed from <see cref="Inputs"/> once for a generation, or <see langword="null"/>.</summary>
    public PreludeDescriptor? Prelude { get; }

    /// <summary>The indices of the inputs that the prelude reads, in order; empty without one.</summary>
    public ImmutableArray<int> PreludeReads { get; }

    /// <summary>From the latent to the output.</summary>
    public ImmutableArray<Boundary> Boundaries { get; }

    /// <summary>The stage at index <c>i</c> runs from boundary <c>i</c> to boundary <c>i + 1</c>.</summary>
    public ImmutableArray<StageDescriptor> Stages { get; }

    /// <summary>The denoiser's input.</summary>
    public Boundary Latent => Boundaries[0];

    /// <summary>The denoiser's output.</summary>
    public Boundary Output => Boundaries[^1];

    /// <summary>
    /// The stages that make a denoiser expensive: those between the boundaries <c>embedded</c> and <c>detail</c>, without the embedding and the head; in a
    /// layout that lacks one of these boundaries, up to the latent or the output.
    /// </summary>
    public StageSet Blocks { get; }

    /// <summary>Whether every shape and every number of frames has a size.</summary>
    public bool IsConcrete => AllTensors.All(t => t.Shape.IsConcrete && t.Frames is not { Count.IsFree: true });

    /// <summary>What the stage at <paramref name="stage"/> reads, in order.</summary>
    public ImmutableArray<TensorSource> ReadsOf(int stage) => _reads[stage];

    /// <summary>The descriptor of a source.</summary>
    public TensorDescriptor DescriptorOf(in TensorSource source) => source.Origin switch
    {
        TensorOrigin.Input => Inputs[source.Tensor],
        TensorOrigin.Prelude => Prelude!.Tensors[source.Tensor],
        _ => Boundaries[source.Boundary].Tensors[source.Tensor],
    };

    /// <summary>The index of the boundary that <paramref name="reference"/> means, or −1.</summary>
    public int IndexOf(in BoundaryRef reference)
    {
        if (reference.Name is not { } name)
        {
            return _byRole[(int)reference.Role];
        }

        foreach (var boundary in Boundaries)
        {
            if (string.Equals(boundary.Name, name, StringComparison.Ordinal))
            {
                return boundary.Index;
            }
        }

        return BoundaryRoleNames.TryParse(name, out var role) ? _byRole[(int)role] : -1;
    }

    /// <summary>The boundary that <paramref name="reference"/> means.</summary>
    /// <exception cref="CachePlanException">The layout has no such boundary; the message lists what it has and how to get the rest.</exception>
    public Boundary Require(in BoundaryRef reference)
    {
        var index = IndexOf(reference);
        return index >= 0
            ? Boundaries[index]
            : throw new CachePlanException(
                $"The model '{Name}' has no boundary '{reference}'. It has: {string.Join(", ", Boundaries.Select(b => b.Name))}. " +
                $"Split the model with that cut ('cachepolicies split MODEL.onnx --cut {reference}=TENSOR') or choose a policy that does not need it.");
    }

    /// <summary>The stages between two boundaries; none where <paramref name="to"/> is not after <paramref name="from"/>.</summary>
    /// <exception cref="CachePlanException">The layout lacks one of the boundaries.</exception>
    public StageSet StagesBetween(in BoundaryRef from, in BoundaryRef to) => StageSet.Between(Require(from).Index, Require(to).Index);

    /// <summary>The same layout with sizes for its free axes; an axis that follows from others (<c>height*width/4</c>) needs none of its own.</summary>
    /// <exception cref="InvalidLayoutException">A size is below 1, a free axis got none, or an axis that follows from others does not come out whole.</exception>
    public DenoiserLayout Bind(IReadOnlyDictionary<string, int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.FirstOrDefault(s => s.Value < 1) is { Key: { } wrong } bad)
        {
            throw new InvalidLayoutException($"The axis '{wrong}' cannot have {bad.Value} elements; at least 1.");
        }

        TensorDescriptor BindOne(TensorDescriptor t) => t with { Shape = t.Shape.Bind(sizes), Frames = t.Frames?.Bind(sizes) };
        var bound = new DenoiserLayout(
            Name,
            [.. Inputs.Select(BindOne)],
            [.. Boundaries.Select(b => new Boundary(b.Name, b.Role, [.. b.Tensors.Select(BindOne)]))],
            Stages,
            Fingerprint,
            Prelude is null ? null : Prelude with { Tensors = [.. Prelude.Tensors.Select(BindOne)] })
        {
            Family = Family,
        };
        return bound.IsConcrete
            ? bound
            : throw new InvalidLayoutException($"The model '{Name}' needs a size for each free axis: {string.Join(", ", bound.FreeAxes())}.");
    }

    /// <summary>The names of the axes that still need a size, each once.</summary>
    public IReadOnlyCollection<string> FreeAxes()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tensor in AllTensors)
        {
            foreach (var dimension in tensor.Shape.Dimensions)
            {
                Add(dimension);
            }

            Add(tensor.Frames?.Count ?? default);
        }

        void Add(Dimension dimension)
        {
            if (dimension.Symbol is { } symbol)
            {
                names.UnionWith(AxisFormula.AxesOf(symbol));
            }
        }

        return names;
    }

    private IEnumerable<TensorDescriptor> AllTensors =>
        Inputs.AsEnumerable().Concat(Prelude?.Tensors.AsEnumerable() ?? []).Concat(Boundaries.SelectMany(b => b.Tensors));

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {string.Join(" → ", Boundaries.Select(b => b.Name))}";
}
