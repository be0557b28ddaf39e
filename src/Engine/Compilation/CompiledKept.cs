using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>One thing that is kept of a state tensor.</summary>
/// <param name="Descriptor">What is kept.</param>
/// <param name="Source">The tensor that is kept itself, or <see langword="null"/> where it is made.</param>
/// <param name="Residual">How it is made, where it is a residual.</param>
/// <param name="Form">What it is made by, where it is neither; with <paramref name="Kernel"/>.</param>
/// <param name="Kernel">Makes it of the target's and the base's state.</param>
internal sealed record KeptPart(TensorDescriptor Descriptor, Slot? Source, Residual? Residual = null, KeptForm? Form = null, IExpressionKernel? Kernel = null)
{
    /// <summary>What its elements are multiplied by when they are read.</summary>
    public float Unit => Residual?.Unit ?? 1;
}

/// <summary>What is kept of one state tensor.</summary>
/// <param name="Target">Where the state is.</param>
/// <param name="Origin">Where the base's state of the same name is, if there is a base.</param>
/// <param name="State">The state.</param>
/// <param name="Parts">What is kept, in the order of the approximation's forms.</param>
internal sealed record KeptState(Slot Target, Slot? Origin, TensorDescriptor State, ImmutableArray<KeptPart> Parts);

/// <summary>What is kept, with the kernels that make it.</summary>
internal sealed class CompiledKept
{
    public CompiledKept(DenoiserLayout layout, KeptFeature kept, IDenoiserBackend backend)
    {
        var target = layout.Boundaries[kept.To];
        var origin = kept.Base is { } index ? layout.Boundaries[index] : null;
        States = [.. target.Tensors.Index().Where(t => t.Item.Kind == TensorKind.State).Select(t => Of(layout, kept, new Slot(target.Index, t.Index), t.Item, origin, backend))];
        Probe = kept.Probe is { } probe ? Residual.OfPrimary(layout, probe, origin!.Index, backend) : null;
        Depth = kept.Depth;
        Forms = Math.Max(1, kept.Forms.Length);
        Products = kept.Products;
        ScalarCount = kept.Forms.Select(f => f.ScalarCount).DefaultIfEmpty().Max();
    }

    /// <summary>The target's state tensors, in the layout's order.</summary>
    public ImmutableArray<KeptState> States { get; }

    /// <summary>The probe's residual over the base, where there is a probe.</summary>
    public Residual? Probe { get; }

    /// <summary>How many computed evaluations are kept.</summary>
    public int Depth { get; }

    /// <summary>How many things are kept of each state tensor.</summary>
    public int Forms { get; }

    /// <summary>Which scalar products of the entries are taken.</summary>
    public KeptProducts Products { get; }

    /// <summary>The most numbers that a form reads.</summary>
    public int ScalarCount { get; }

    /// <summary>The bytes of one computed evaluation.</summary>
    public long EntryBytes => States.Sum(s => s.Parts.Sum(p => p.Descriptor.ByteLength)) + (Probe?.Descriptor.ByteLength ?? 0);

    private static KeptState Of(DenoiserLayout layout, KeptFeature kept, Slot target, TensorDescriptor state, Boundary? origin, IDenoiserBackend backend)
    {
        Slot? at = origin is null ? null : new Slot(origin.Index, origin.IndexOf(state.Name));
        return new(target, at, state, kept.Forms.IsEmpty
            ? [PartOf(origin is null ? KeptForm.State : KeptForm.Residual)]
            : [.. kept.Forms.Select(PartOf)]);

        KeptPart PartOf(KeptForm form)
        {
            if (form == KeptForm.State || form == KeptForm.BaseState)
            {
                return new KeptPart(state, form == KeptForm.State ? target : at);
            }

            if (form == KeptForm.Residual)
            {
                var residual = new Residual(layout, target, at!.Value, backend);
                return new KeptPart(residual.Descriptor, null, residual);
            }

            var type = form.TypeFor(state.ElementType);
            var input = TensorType.Of(state);
            var expression = form.Build(TensorExpression.Input(0), TensorExpression.Input(form.ReadsBase ? 1 : 0));
            var signature = new KernelSignature(form.ReadsBase ? [input, input] : [input], form.ScalarCount, [expression], type);
            return signature.OutputShapes[0].Equals(state.Shape)
                ? new KeptPart(state with { ElementType = type }, null, null, form, backend.Compile(signature))
                : throw new CachePlanException($"{form} makes {signature.OutputShapes[0]} of the state {state}, which has to keep its shape.");
        }
    }
}
