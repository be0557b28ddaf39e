using System.Collections.Immutable;
using System.Globalization;

namespace CachePolicies.Testing;

/// <summary>An evaluation as a script describes it.</summary>
/// <param name="Distances">What measurements answer: the plan's i-th gets the i-th, round and round. At least one.</param>
/// <param name="Overruled">Whether the engine computes whatever the policy says.</param>
/// <param name="LeftOut">Whether the lane is left out of this evaluation, as a guidance branch that is switched off for a while.</param>
/// <param name="InputChanged">Whether an input that lives a generation was set again before it, so that everything is computed and what was kept forgotten.</param>
public sealed record ScriptStep(ImmutableArray<float> Distances, bool Overruled = false, bool LeftOut = false, bool InputChanged = false)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"[{string.Join(", ", Distances.Select(d => d.ToString("R", CultureInfo.InvariantCulture)))}]{(Overruled ? " overruled" : "")}{(LeftOut ? " left out" : "")}{(InputChanged ? " input changed" : "")}";
}

/// <summary>A generation as numbers: a layout, and for each evaluation what the measurements answer. No tensor is involved.</summary>
/// <param name="Layout">The layout that the policy plans on.</param>
/// <param name="Steps">The evaluations, at least one.</param>
public sealed record PolicyScript(DenoiserLayout Layout, ImmutableArray<ScriptStep> Steps)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Layout}{string.Concat(Steps.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"\n  {i,3}  distances {s}")))}";
}
