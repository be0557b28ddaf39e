using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>A plan with its kernels, and with everything that the walk would otherwise look up at each step.</summary>
internal sealed class CompiledPlan
{
    public CompiledPlan(CachePlan plan, IDenoiserBackend backend)
    {
        Plan = plan;
        Measurements = [.. plan.Measurements.Select(m => new CompiledMeasurement(plan, m, backend))];
        Kept = [.. plan.Kept.Select(k => new CompiledKept(plan.Layout, k, backend))];
        Skips = [.. plan.Skips.Select(s => new CompiledSkip(plan.Layout, s, Kept[s.Kept], backend))];
        Lifetimes = new FeatureLifetimes(plan);
        OperandCount = Math.Max(2, Skips.Select(s => s.OperandCount).DefaultIfEmpty().Max());
        ScalarCount = Skips.Select(s => s.ScalarCount).Concat(Kept.Select(k => k.ScalarCount)).Concat(plan.Measurements.Select(m => m.Estimator.ScalarCount)).DefaultIfEmpty().Max();
    }

    public CachePlan Plan { get; }

    public DenoiserLayout Layout => Plan.Layout;

    /// <summary>In the plan's order.</summary>
    public ImmutableArray<CompiledMeasurement> Measurements { get; }

    /// <summary>In the plan's order.</summary>
    public ImmutableArray<CompiledKept> Kept { get; }

    /// <summary>In the plan's order.</summary>
    public ImmutableArray<CompiledSkip> Skips { get; }

    /// <summary>How long the tensors of an evaluation are needed.</summary>
    public FeatureLifetimes Lifetimes { get; }

    /// <summary>The most tensors that a kernel of the plan reads.</summary>
    public int OperandCount { get; }

    /// <summary>The most run-time numbers that a kernel of the plan reads.</summary>
    public int ScalarCount { get; }

    /// <summary>The kernels of a rule of the plan.</summary>
    public CompiledSkip Of(SkipRule rule)
    {
        var index = 0;
        while (!ReferenceEquals(Plan.Skips[index], rule))
        {
            index++;
        }

        return Skips[index];
    }
}
