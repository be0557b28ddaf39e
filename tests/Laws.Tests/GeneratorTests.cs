using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>Generators stay in their bounds and reach them.</summary>
public class GeneratorTests
{
    [Fact]
    public void Scripts_are_legal_and_varied()
    {
        var scripts = PolicyGenerators.Scripts.Generator.Sample(2000, 100).ToArray();
        Assert.All(scripts, s => Assert.InRange(s.Steps.Length, 1, 24));
        Assert.All(scripts.SelectMany(s => s.Steps), step => Assert.All(step.Distances, d => Assert.False(d < 0)));
        var distances = scripts.SelectMany(s => s.Steps).SelectMany(s => s.Distances).ToArray();
        Assert.All<float>([0, float.Epsilon, float.MaxValue, float.PositiveInfinity, float.NaN], edge => Assert.Contains(edge, distances));
        Assert.Contains(scripts, s => s.Steps.Any(step => step.Overruled));
        Assert.Contains(scripts, s => s.Steps.Length == 1);
        Assert.Contains(scripts, s => s.Steps.Length == 24);
    }

    [Fact]
    public void Layouts_differ_in_cuts_text_and_conditioning()
    {
        var layouts = PolicyGenerators.Layouts.Sample(500, 100).ToArray();
        Assert.All(layouts, l => Assert.InRange(l.Stages.Length, 7, 12));
        Assert.Contains(layouts, l => l.Stages.Length == 7);
        Assert.Contains(layouts, l => l.Boundaries.Any(b => b.Role == BoundaryRole.Cut));
        Assert.Contains(layouts, l => l.Boundaries[1].IndexOf("text") < 0);
        Assert.Contains(layouts, l => l.Inputs.Length == 1);
        Assert.All(Enum.GetValues<BoundaryRole>().Where(r => r != BoundaryRole.Cut), role => Assert.All(layouts, l => Assert.True(l.IndexOf(role) >= 0)));
    }

    [Fact]
    public void Thresholds_are_legal_and_reach_zero() =>
        Assert.All(PolicyGenerators.Thresholds.Sample(1000, 100), t => Assert.True(float.IsFinite(t) && t >= 0));

    [Fact]
    public void Shrinking_ends_at_one_evaluation_of_zeros()
    {
        var script = PolicyGenerators.Scripts.Generator.Sample(1, 100).Single();
        while (PolicyGenerators.Scripts.Shrinker(script).FirstOrDefault() is { } shorter)
        {
            script = shorter;
        }

        Assert.Equal("[0, 0, 0]", Assert.Single(script.Steps).ToString());
    }
}
