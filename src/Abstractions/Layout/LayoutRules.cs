using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>What makes a layout consistent.</summary>
internal static class LayoutRules
{
    /// <summary>Checks names, kinds and the order of roles; returns the boundary index of each role, −1 where there is none.</summary>
    public static int[] Check(DenoiserLayout layout)
    {
        var boundaries = layout.Boundaries;
        Require(boundaries.Length >= 2, $"The model '{layout.Name}' needs at least the boundaries 'latent' and 'output'.");
        Require(
            layout.Stages.Length == boundaries.Length - 1,
            $"The model '{layout.Name}' has {boundaries.Length} boundaries and {layout.Stages.Length} stages; there is one stage between each two neighbours.");
        Require(
            layout.Stages.Length <= DenoiserLayout.MaximumStages,
            $"The model '{layout.Name}' has {layout.Stages.Length} stages; at most {DenoiserLayout.MaximumStages}: merge blocks into one stage where nothing looks between them.");
        Require(boundaries[0].Role == BoundaryRole.Latent, $"The first boundary of '{layout.Name}' must have the role 'latent', not '{boundaries[0].Role.ToName()}'.");
        Require(boundaries[^1].Role == BoundaryRole.Output, $"The last boundary of '{layout.Name}' must have the role 'output', not '{boundaries[^1].Role.ToName()}'.");
        Unique(layout.Name, "boundary", boundaries.Select(b => b.Name));
        Unique(layout.Name, "stage", layout.Stages.Select(s => s.Name));
        Unique(layout.Name, "input", layout.Inputs.Select(t => t.Name));
        foreach (var boundary in boundaries)
        {
            Unique(layout.Name, $"tensor at '{boundary.Name}'", boundary.Tensors.Select(t => t.Name));
            foreach (var tensor in boundary.Tensors)
            {
                CheckFrames(layout, $"tensor '{boundary.Name}/{tensor.Name}'", tensor);
            }
        }

        CheckPrelude(layout);
        foreach (var input in layout.Inputs)
        {
            Require(input.Kind == TensorKind.Conditioning, $"The input '{input.Name}' of '{layout.Name}' is {input.Kind}; inputs other than the latent are conditioning.");
            CheckFrames(layout, $"input '{input.Name}'", input);
        }

        return IndexRoles(layout);
    }

    /// <summary>Finds every tensor that a stage reads.</summary>
    public static ImmutableArray<ImmutableArray<TensorSource>> ResolveReads(DenoiserLayout layout)
    {
        var all = ImmutableArray.CreateBuilder<ImmutableArray<TensorSource>>(layout.Stages.Length);
        for (var stage = 0; stage < layout.Stages.Length; stage++)
        {
            all.Add([.. layout.Stages[stage].Reads.Select(read => Resolve(layout, stage, read))]);
        }

        return all.MoveToImmutable();
    }

    private static void CheckFrames(DenoiserLayout layout, string what, TensorDescriptor tensor)
    {
        if (tensor.Frames?.WhyNotOf(tensor.Shape) is { } problem)
        {
            throw new InvalidLayoutException($"The {what} of '{layout.Name}' declares what its shape cannot hold: {problem}");
        }
    }

    /// <summary>Finds the inputs that the prelude reads.</summary>
    public static ImmutableArray<int> ResolvePreludeReads(DenoiserLayout layout) => layout.Prelude is not { } prelude
        ? []
        : [.. prelude.Reads.Select(read =>
        {
            var input = InputOf(layout, "The prelude", read);
            Require(
                layout.Inputs[input].Lifetime == ConditioningLifetime.Generation && read is not (DenoiserLayout.TimestepInput or DenoiserLayout.SigmaInput),
                $"The prelude of '{layout.Name}' reads '{read}', which changes with each evaluation; it runs once for a generation and reads inputs that stay the same for it.");
            return input;
        })];

    private static void CheckPrelude(DenoiserLayout layout)
    {
        if (layout.Prelude is not { } prelude)
        {
            return;
        }

        Require(!prelude.Tensors.IsDefaultOrEmpty && !prelude.Reads.IsDefaultOrEmpty, $"The prelude of '{layout.Name}' reads or makes nothing; leave it out.");
        Require(layout.Boundaries.All(b => b.Name != PreludeDescriptor.Name), $"A boundary of '{layout.Name}' is called '{PreludeDescriptor.Name}', as what is computed once for a generation is; give it another name.");
        Unique(layout.Name, "tensor of the prelude", prelude.Tensors.Select(t => t.Name));
        foreach (var tensor in prelude.Tensors)
        {
            Require(
                tensor is { Kind: TensorKind.Conditioning, Lifetime: ConditioningLifetime.Generation },
                $"The prelude of '{layout.Name}' makes '{tensor.Name}' ({tensor.Kind}, per {tensor.Lifetime}); it makes conditioning that stays the same for a generation.");
        }
    }

    private static int InputOf(DenoiserLayout layout, string reader, string read)
    {
        var input = Array.FindIndex([.. layout.Inputs], t => t.Name == read);
        Require(input >= 0, $"{reader} of '{layout.Name}' reads '{read}', which is not an input. Inputs: {string.Join(", ", layout.Inputs.Select(t => t.Name))}.");
        return input;
    }

    private static TensorSource Resolve(DenoiserLayout layout, int stage, string read)
    {
        var slash = read.LastIndexOf('/');
        if (slash < 0)
        {
            return TensorSource.OfInput(InputOf(layout, $"The stage '{layout.Stages[stage].Name}'", read));
        }

        var boundaryName = read[..slash];
        if (boundaryName == PreludeDescriptor.Name && layout.Prelude is { } prelude)
        {
            var made = Array.FindIndex([.. prelude.Tensors], t => t.Name == read[(slash + 1)..]);
            Require(
                made >= 0,
                $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}', but the prelude makes {string.Join(", ", prelude.Tensors.Select(t => t.Name))}.");
            return TensorSource.OfPrelude(made);
        }

        var boundary = layout.Boundaries.FirstOrDefault(b => b.Name == boundaryName);
        Require(boundary is not null, $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}', but there is no boundary '{boundaryName}'.");
        Require(
            boundary!.Index <= stage,
            $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}', which is produced only later.");
        var tensor = boundary.IndexOf(read[(slash + 1)..]);
        Require(
            tensor >= 0,
            $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}', but '{boundaryName}' holds {string.Join(", ", boundary.Tensors.Select(t => t.Name))}.");
        var kind = boundary.Tensors[tensor].Kind;
        Require(
            boundary.Index == stage || kind is TensorKind.Conditioning or TensorKind.Carried,
            $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}' from an earlier boundary; only conditioning and carried tensors reach that far.");
        Require(kind != TensorKind.Signal, $"The stage '{layout.Stages[stage].Name}' of '{layout.Name}' reads '{read}', a signal; signals exist only to be looked at.");
        return TensorSource.AtBoundary(boundary.Index, tensor);
    }

    private static int[] IndexRoles(DenoiserLayout layout)
    {
        var byRole = new int[Enum.GetValues<BoundaryRole>().Length];
        Array.Fill(byRole, -1);
        var last = BoundaryRole.Cut;
        foreach (var boundary in layout.Boundaries)
        {
            if (boundary.Role == BoundaryRole.Cut)
            {
                continue;
            }

            Require(
                boundary.Role > last,
                $"The boundary '{boundary.Name}' of '{layout.Name}' has the role '{boundary.Role.ToName()}' after '{last.ToName()}'; each role occurs once, in the order latent, embedded, structure.probe, structure, detail.probe, detail.tail, detail, output.");
            byRole[(int)boundary.Role] = boundary.Index;
            last = boundary.Role;
        }

        return byRole;
    }

    private static void Unique(string layout, string what, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            Require(!string.IsNullOrWhiteSpace(name), $"A {what} of '{layout}' has no name.");
            Require(seen.Add(name), $"The model '{layout}' has two of the {what} '{name}'.");
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidLayoutException(message);
        }
    }
}
