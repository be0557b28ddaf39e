namespace CachePolicies.Engine.Tests;

/// <summary>What a session does not accept, and what it says then.</summary>
public sealed class SessionRefusalTests : TinySessions
{
    [Fact]
    public void A_cache_over_its_budget_is_refused_with_the_figures()
    {
        var cached = new CachedDenoiser(Tiny.Denoiser, ScriptedPolicy.ReuseAt(1), new CachedDenoiserOptions { CacheMemoryBudget = 191 });
        Assert.Equal(96, cached.EstimateCacheBytes(1));
        using var fits = cached.CreateSession([new LaneInfo(0, default, 2)]);
        var refused = Assert.Throws<CachePlanException>(() => cached.CreateSession([new LaneInfo(0, default, 2), new LaneInfo(1, default, 2)]));
        Assert.Contains("192", refused.Message, StringComparison.Ordinal);
        Assert.Contains("191", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skips_that_the_plan_or_the_history_does_not_allow_end_the_session_with_a_clear_error()
    {
        var backwards = new ScriptedPolicy(p => p.Skip(BoundaryRole.Structure, BoundaryRole.Output, Approximation.ReuseOutput), (_, _) => CacheDecision.Skip(BoundaryRole.Embedded));
        using (var session = Session(backwards, 2))
        {
            Assert.Contains("does not declare", Assert.Throws<CacheDecisionException>(() => Evaluate(session, 0, 1)).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => Evaluate(session, 1, 1));
        }

        using (var session = Session(ScriptedPolicy.ReuseAt(0), 2))
        {
            Assert.Contains("CanSkip", Assert.Throws<CacheDecisionException>(() => Evaluate(session, 0, 1)).Message, StringComparison.Ordinal);
        }

        var undeclared = new ScriptedPolicy(p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput), (v, _) => CacheDecision.SkipBelow(v.Distance(Key), 1, BoundaryRole.Output));
        using (var session = Session(undeclared, 2))
        {
            Assert.Contains("'distance'", Assert.Throws<CachePlanException>(() => Evaluate(session, 0, 1)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_policy_that_cannot_run_on_a_layout_is_refused_by_name()
    {
        var policy = ScriptedPolicy.SkipAt(BoundaryRole.Structure, BoundaryRole.DetailTail, Approximation.ReuseOutput);
        var refused = Assert.Throws<CachePlanException>(() => new CachedDenoiser(Tiny.Denoiser, policy));
        Assert.StartsWith("The policy 'scripted' cannot run on 'tiny': ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_are_refused_and_leave_the_session_as_it_was()
    {
        using var session = Session(ScriptedPolicy.ReuseAt(1), 3);
        var first = Evaluate(session, 0, 1);
        Assert.Contains("started for 3", Assert.Throws<ArgumentException>(() => Evaluate(session, 1, 1, count: 4)).Message, StringComparison.Ordinal);
        Assert.Contains("does not follow", Assert.Throws<ArgumentException>(() => Evaluate(session, 0, 1)).Message, StringComparison.Ordinal);
        var wrong = Tiny.Backend.Rent(ElementType.Float32, new TensorShape(7, 4));
        Assert.Contains("[6, 4]", Assert.Throws<ArgumentException>(() => session.Evaluate(new(1, 3, 0, 0), [wrong], new FeatureTensor?[1])).Message, StringComparison.Ordinal);
        Assert.Contains("no input 'text'", Assert.Throws<ArgumentException>(() => session.SetInput(0, "text", wrong)).Message, StringComparison.Ordinal);
        Assert.Contains("The input 'prompt'", Assert.Throws<ArgumentException>(() => session.SetInput(0, "prompt", wrong)).Message, StringComparison.Ordinal);
        wrong.Release();
        Assert.Equal(first, Evaluate(session, 1, 5));
    }

    [Fact]
    public void An_input_that_was_not_set_is_named()
    {
        using var session = new CachedDenoiser(Tiny.Denoiser, ScriptedPolicy.None).CreateSession([new LaneInfo(0, default, 1)]);
        var latent = Tiny.Latent(1);
        Assert.Contains("'prompt'", Assert.Throws<InvalidOperationException>(() => session.Evaluate(new(0, 1, 0, 0), [latent], new FeatureTensor?[1])).Message, StringComparison.Ordinal);
        latent.Release();
    }

    [Fact]
    public void Sessions_need_lanes_that_go_together()
    {
        var cached = new CachedDenoiser(Tiny.Denoiser, ScriptedPolicy.None);
        Assert.Throws<ArgumentException>(() => cached.CreateSession([]));
        Assert.Contains("separate generations", Assert.Throws<ArgumentException>(() => cached.CreateSession([new LaneInfo(0, default, 5), new LaneInfo(1, default, 6)])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => cached.CreateSession([new LaneInfo(0, default, 5), new LaneInfo(0, default, 5)])).Message, StringComparison.Ordinal);
    }
}
