using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Testing;

/// <summary>Generators of everything that policies are told.</summary>
public static class PolicyGenerators
{
    private static readonly BoundaryRole[] Inner =
    [
        BoundaryRole.Embedded, BoundaryRole.StructureProbe, BoundaryRole.Structure, BoundaryRole.DetailProbe, BoundaryRole.DetailTail, BoundaryRole.Detail,
    ];

    /// <summary>What an estimator can answer: mostly in [0, 1], some exactly 0, subnormal, huge, +∞ or NaN.</summary>
    public static Gen<float> Distances { get; } = Gen.Frequency(
        (8, Gen.Choose(0, 1000).Select(v => v / 1000f)),
        (1, Gen.Elements(0f, float.Epsilon, 1e-38f, 3e38f, float.MaxValue)),
        (1, Gen.Elements(float.NaN, float.PositiveInfinity)));

    /// <summary>Thresholds that options accept: 0, subnormal, usual and huge.</summary>
    public static Gen<float> Thresholds { get; } = Gen.Frequency(
        (6, Gen.Choose(0, 1000).Select(v => v / 1000f)),
        (1, Gen.Elements(0f, float.Epsilon, 1f, 1000f, float.MaxValue)));

    /// <summary>
    /// Layouts with every role that the known policies use and the signals <c>modulated</c> and <c>residual</c>; further cuts lie between them, text
    /// tokens come along or not, a time embedding conditions the blocks or not, and sizes vary.
    /// </summary>
    public static Gen<DenoiserLayout> Layouts { get; } =
        from tokens in Gen.Choose(1, 6)
        from channels in Gen.Choose(1, 5)
        from hasText in Gen.Elements(true, false)
        from hasTime in Gen.Elements(true, false)
        from cuts in Gen.Choose(0, 127)
        select Create(tokens, channels, hasText, hasTime, cuts);

    /// <summary>Scripts over generated layouts, up to 24 evaluations.</summary>
    public static Arbitrary<PolicyScript> Scripts { get; } = ScriptsOver(Layouts);

    /// <summary>Scripts over layouts of your own.</summary>
    public static Arbitrary<PolicyScript> ScriptsOver(Gen<DenoiserLayout> layouts)
    {
        var step =
            from distances in Distances.ArrayOf(3)
            from what in Gen.Choose(0, 39)
            select new ScriptStep([.. distances], Overruled: what < 4, LeftOut: what is 4 or 5, InputChanged: what == 6);
        var script =
            from layout in layouts
            from length in Gen.Choose(1, 24)
            from steps in step.ArrayOf(length)
            select new PolicyScript(layout, [.. steps]);
        return Arb.From(script, Shrink);
    }

    /// <summary>A layout by its particulars; bit i of <paramref name="cuts"/> puts a further cut before the i-th inner boundary.</summary>
    public static DenoiserLayout Create(int tokens, int channels, bool hasText, bool hasTime, int cuts)
    {
        TensorDescriptor Tensor(string name, TensorKind kind, int rows) => new(name, kind, ElementType.Float32, new TensorShape(rows, channels));
        Boundary Tokens(string name, BoundaryRole role, params TensorDescriptor[] signals) => new(
            name, role, [Tensor("image", TensorKind.State, tokens), .. hasText ? new[] { Tensor("text", TensorKind.State, 2) } : [], .. signals]);

        List<Boundary> boundaries = [new("latent", BoundaryRole.Latent, Tensor("image", TensorKind.State, tokens))];
        for (var i = 0; i < Inner.Length; i++)
        {
            if (i > 0 && (cuts >> i & 1) != 0)
            {
                boundaries.Add(Tokens($"cut{i}", BoundaryRole.Cut));
            }

            boundaries.Add(Tokens(Inner[i].ToName(), Inner[i], Inner[i] switch
            {
                BoundaryRole.Embedded when hasTime => [Tensor("time", TensorKind.Conditioning, 1), Tensor("modulated", TensorKind.Signal, tokens)],
                BoundaryRole.Embedded => [Tensor("modulated", TensorKind.Signal, tokens)],
                BoundaryRole.DetailProbe => [Tensor("residual", TensorKind.Signal, tokens + (hasText ? 2 : 0))],
                _ => [],
            }));
        }

        boundaries.Add(new("output", BoundaryRole.Output, Tensor("image", TensorKind.State, tokens)));
        IEnumerable<string> Reads(int stage) => boundaries[stage].Tensors
            .Where(t => t.Kind == TensorKind.State)
            .Select(t => $"{boundaries[stage].Name}/{t.Name}")
            .Concat(!hasTime ? [] : stage == 0 ? [DenoiserLayout.TimestepInput] : ["embedded/time"]);
        return new DenoiserLayout(
            "generated",
            hasTime ? [new TensorDescriptor(DenoiserLayout.TimestepInput, TensorKind.Conditioning, ElementType.Float32, TensorShape.Scalar)] : [],
            [.. boundaries],
            [.. Enumerable.Range(0, boundaries.Count - 1).Select(stage => new StageDescriptor($"to {boundaries[stage + 1].Name}", [.. Reads(stage)]))]);
    }

    private static IEnumerable<PolicyScript> Shrink(PolicyScript script)
    {
        for (var i = 0; i < script.Steps.Length && script.Steps.Length > 1; i++)
        {
            yield return script with { Steps = script.Steps.RemoveAt(i) };
        }

        for (var i = 0; i < script.Steps.Length; i++)
        {
            var step = script.Steps[i];
            if (step.Overruled || step.LeftOut || step.InputChanged)
            {
                yield return script with { Steps = script.Steps.SetItem(i, step with { Overruled = false, LeftOut = false, InputChanged = false }) };
            }

            for (var d = 0; d < step.Distances.Length; d++)
            {
                if (step.Distances[d] is not 0)
                {
                    yield return script with { Steps = script.Steps.SetItem(i, step with { Distances = step.Distances.SetItem(d, 0) }) };
                }
            }
        }
    }
}
