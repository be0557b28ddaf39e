using static CachePolicies.Abstractions.Tests.FluxLayout;

namespace CachePolicies.Abstractions.Tests.Policies;

/// <summary>When values, references and history exist along a walk.</summary>
public sealed class PlanWalkTests : IWalkedFeatures, ICachePolicySession
{
    private static readonly MeasurementKey Modulated = new("modulated"), State = new("state"), Residual = new("residual");

    private static readonly DenoiserLayout Layout = Create();

    private readonly List<string> _events = [];
    private readonly PlanWalk _walk;
    private readonly CachePlan _plan = CachePlan.For(Layout)
        .Measure(Modulated, MeasurementSubject.SignalAt(BoundaryRole.Embedded, "modulated"), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
        .Measure(State, BoundaryRole.Structure, SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenStageComputed)
        .Measure(Residual, MeasurementSubject.Residual(BoundaryRole.StructureProbe, BoundaryRole.Structure), SimilarityEstimator.Magnitude, ReferenceUpdate.EveryEvaluation)
        .Skip(BoundaryRole.Embedded, BoundaryRole.Structure, new Extrapolate(1, BoundaryRole.Embedded))
        .Skip(BoundaryRole.Structure, BoundaryRole.Output, Approximation.ReuseOutput);

    private Func<BoundaryVisit, CacheDecision> _decide = _ => CacheDecision.Compute;

    public PlanWalkTests() => _walk = new PlanWalk(_plan, this, this);

    [Fact]
    public void A_computed_evaluation_moves_every_reference_and_keeps_every_feature()
    {
        Evaluate(0);

        Assert.Equal(["moves 0", "moves 1", "keeps 0", "keeps 1"], _events);
        Assert.Equal(0, Assert.Single(_walk.History(0).ToArray()).Index);
        Assert.Equal(Layout.Stages.Length, _walk.Computed.Count);
    }

    [Fact]
    public void Distances_are_infinite_before_a_reference_exists_and_where_the_value_does_not()
    {
        var told = new List<float>();
        _decide = visit =>
        {
            if (visit.Boundary.Role == BoundaryRole.Structure)
            {
                told.AddRange([visit.Distance(Modulated), visit.Distance(State), visit.Distance(Residual)]);
            }

            return visit.Boundary.Role == BoundaryRole.Embedded && visit.CanSkip(BoundaryRole.Structure) ? CacheDecision.Skip(BoundaryRole.Structure) : CacheDecision.Compute;
        };

        Evaluate(0);
        Evaluate(1);

        // At first there is no reference, but the magnitude needs none. Then the skip passes over the residual's base.
        Assert.Equal([float.PositiveInfinity, float.PositiveInfinity, 3, 1, 2, float.PositiveInfinity], told);
    }

    [Fact]
    public void A_signal_does_not_exist_where_its_stage_was_skipped()
    {
        var plan = CachePlan.For(Layout)
            .Measure(Modulated, MeasurementSubject.SignalAt(BoundaryRole.Embedded, "modulated"), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput);
        var walk = new PlanWalk(plan, this, this);
        _decide = visit => visit.CanSkip(BoundaryRole.Output) ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute;

        Evaluate(0, walk);
        _events.Clear();
        Evaluate(1, walk);

        Assert.Equal(default, walk.Computed);
        Assert.Empty(_events);
        Assert.Equal(float.PositiveInfinity, walk.Distance(Modulated));
    }

    [Fact]
    public void History_holds_the_computed_evaluations_only_and_no_more_than_declared()
    {
        _decide = visit => visit.Evaluation.Index == 1 && visit.CanSkip(visit.Boundary.Role == BoundaryRole.Embedded ? BoundaryRole.Structure : BoundaryRole.Output)
            ? CacheDecision.Skip(visit.Boundary.Role == BoundaryRole.Embedded ? BoundaryRole.Structure : BoundaryRole.Output)
            : CacheDecision.Compute;
        for (var i = 0; i < 4; i++)
        {
            Evaluate(i);
        }

        Assert.Equal([3, 2], _walk.History(0).ToArray().Select(e => e.Index));
        Assert.Equal([3], _walk.History(1).ToArray().Select(e => e.Index));
    }

    [Fact]
    public void After_forgetting_the_next_evaluation_computes_without_asking_and_nothing_older_is_there()
    {
        _decide = visit => CacheDecision.Skip(visit.Boundary.Role == BoundaryRole.Embedded ? BoundaryRole.Structure : BoundaryRole.Output);
        Assert.Throws<CacheDecisionException>(() => Evaluate(0));
        _walk.Forget();
        Evaluate(1);
        Evaluate(2);
        Assert.Equal(1, _walk.Computed.Count);

        _walk.Forget();
        _walk.Begin(new EvaluationInfo(3, 9, 0, 0));
        _walk.Compute();
        Assert.Equal(PlanWalk.InputChanged, _walk.Ask().Reason);
        Evaluate(3);

        Assert.Equal(Layout.Stages.Length, _walk.Computed.Count);
        Assert.Equal([3], _walk.History(0).ToArray().Select(e => e.Index));
        Evaluate(4);
        Assert.Equal(1, _walk.Computed.Count);
    }

    [Fact]
    public void What_the_plan_does_not_declare_is_refused_with_what_it_does()
    {
        _decide = _ => CacheDecision.Skip(BoundaryRole.Detail);

        var refused = Assert.Throws<CacheDecisionException>(() => Evaluate(0));

        Assert.Contains("From there it declares: structure by Extrapolate.", refused.Message, StringComparison.Ordinal);
        Assert.Throws<CachePlanException>(() => _walk.Distance(new MeasurementKey("modulated")));
    }

    [Theory]
    [InlineData(1, false, false, "Kept 0")]
    [InlineData(2, true, false, "Base 0, Kept 0, Kept 1")]
    [InlineData(2, true, true, "Base 0, Kept 0, Kept 1, Probe 0, ProbeBase 0, KeptProbe 0, KeptProbe 1")]
    public void Operands_have_one_order(int history, bool hasBase, bool hasProbe, string order)
    {
        var operands = new ApproximationOperands(history, hasBase, hasProbe);

        Assert.Equal(order, string.Join(", ", Enumerable.Range(0, operands.Count).Select(i => $"{operands[i].Kind} {operands[i].Entry}")));
        Assert.Equal(TensorExpression.Input(order.Split(", ").ToList().IndexOf($"Kept {history - 1}")), operands.Kept(history - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => operands[operands.Count]);
        if (!hasProbe)
        {
            Assert.Throws<InvalidOperationException>(() => operands.Probe);
            return;
        }

        var positions = order.Split(", ").ToList();
        Assert.Equal(TensorExpression.Input(positions.IndexOf("Probe 0")) - TensorExpression.Input(positions.IndexOf("ProbeBase 0")), operands.Probe);
        Assert.Equal(TensorExpression.Input(positions.IndexOf("KeptProbe 1")), operands.KeptProbe(1));
    }

    CacheDecision ICachePolicySession.Decide(in BoundaryVisit visit) => _decide(visit);

    float IWalkedFeatures.Measure(int measurement) => measurement + 1;

    void IWalkedFeatures.MoveReference(int measurement) => _events.Add($"moves {measurement}");

    void IWalkedFeatures.Keep(int kept) => _events.Add($"keeps {kept}");

    private void Evaluate(int index, PlanWalk? walk = null)
    {
        walk ??= _walk;
        walk.Begin(new EvaluationInfo(index, 9, 1000 - index, 1 - (index / 9f)));
        while (!walk.HasEnded)
        {
            if (walk.Resolve(walk.Ask()) is { } skip)
            {
                walk.Skip(skip);
            }
            else
            {
                walk.Compute();
            }
        }

        walk.Complete();
    }
}
