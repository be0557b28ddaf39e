using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>One tensor of what is kept.</summary>
/// <param name="Target">Where the state is.</param>
/// <param name="State">The state.</param>
/// <param name="Residual">How it is kept, where that is as a residual; the state itself is kept otherwise.</param>
internal sealed record KeptState(Slot Target, TensorDescriptor State, Residual? Residual)
{
    /// <summary>What is kept.</summary>
    public TensorDescriptor Kept => Residual?.Descriptor ?? State;
}

/// <summary>What is kept, with the kernels that make residuals.</summary>
internal sealed class CompiledKept
{
    public CompiledKept(DenoiserLayout layout, KeptFeature kept, IDenoiserBackend backend)
    {
        var target = layout.Boundaries[kept.To];
        var origin = kept.Base is { } index ? layout.Boundaries[index] : null;
        States = [.. target.Tensors.Index().Where(t => t.Item.Kind == TensorKind.State).Select(t => Of(layout, new Slot(target.Index, t.Index), t.Item, origin, backend))];
        Probe = kept.Probe is { } probe ? Residual.OfPrimary(layout, probe, origin!.Index, backend) : null;
        Depth = kept.Depth;
    }

    /// <summary>The target's state tensors, in the layout's order.</summary>
    public ImmutableArray<KeptState> States { get; }

    /// <summary>The probe's residual over the base, where there is a probe.</summary>
    public Residual? Probe { get; }

    /// <summary>How many computed evaluations are kept.</summary>
    public int Depth { get; }

    /// <summary>The bytes of one computed evaluation.</summary>
    public long EntryBytes => States.Sum(s => s.Kept.ByteLength) + (Probe?.Descriptor.ByteLength ?? 0);

    private static KeptState Of(DenoiserLayout layout, Slot target, TensorDescriptor state, Boundary? origin, IDenoiserBackend backend) =>
        new(target, state, origin is null ? null : new Residual(layout, target, new Slot(origin.Index, origin.IndexOf(state.Name)), backend));
}
