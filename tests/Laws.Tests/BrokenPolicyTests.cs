using System.Globalization;
using System.Text.RegularExpressions;
using CachePolicies.Testing;
using static CachePolicies.BoundaryRole;

namespace CachePolicies.Laws.Tests;

/// <summary>The laws can fail: each broken policy is caught by the law that it breaks, with a script that shows it.</summary>
public partial class BrokenPolicyTests
{
    private static readonly MeasurementKey Change = new("change");

    [Fact]
    public void Reusing_what_was_never_computed_is_caught() =>
        Caught("nothing is reused before it was computed", new Custom((in BoundaryVisit _) => CacheDecision.Skip(Detail)));

    [Fact]
    public void A_skip_that_was_not_declared_is_caught() => Caught(
        "a skip is declared", new Custom((in BoundaryVisit v) => v.CanSkip(Detail) ? CacheDecision.Skip(Output) : CacheDecision.Compute));

    [Fact]
    public void A_skip_backwards_is_caught() => Caught(
        "strictly forward", new Custom((in BoundaryVisit v) => v.CanSkip(Detail) ? CacheDecision.Skip(Latent) : CacheDecision.Compute));

    [Fact]
    public void Skipping_on_a_distance_that_is_not_finite_is_caught() => Caught(
        "a distance that is not finite computes",
        new Custom((in BoundaryVisit v) => v.CanSkip(Detail) && !(v.Distance(Change) > 0.5f) ? CacheDecision.Skip(Detail) : CacheDecision.Compute));

    [Fact]
    public void A_record_that_disagrees_with_the_decision_is_caught() => Caught(
        "below its threshold a policy skips",
        new Custom((in BoundaryVisit v) => CacheDecision.SkipBelow(v.Distance(Change), 0.5f, Detail), computesOften: true));

    [Fact]
    public void State_that_moves_when_it_is_asked_is_caught()
    {
        var asked = 0;
        Caught("asking changes nothing", new Custom((in BoundaryVisit v) => v.CanSkip(Detail) && asked++ % 2 == 0 ? CacheDecision.Skip(Detail) : CacheDecision.Compute));
    }

    [Fact]
    public void State_that_sessions_share_is_caught()
    {
        var completed = 0;
        var policy = new Custom(
            (in BoundaryVisit v) => v.CanSkip(Detail) && completed % 3 == 0 ? CacheDecision.Skip(Detail) : CacheDecision.Compute,
            complete: _ => completed++);
        Caught("equal inputs give equal decisions", policy);
    }

    [Fact]
    public void State_that_survives_a_failure_is_caught()
    {
        // Begins again when a generation has ended, and so not when it has failed.
        var completed = 0;
        var policy = new Custom(
            (in BoundaryVisit v) => v.CanSkip(Detail) && completed % 2 == 0 ? CacheDecision.Skip(Detail) : CacheDecision.Compute,
            complete: outcome => completed = outcome.Evaluation.IsLast ? 0 : completed + 1);
        Caught("equal inputs give equal decisions, whatever", policy);
    }

    [Fact]
    public void A_seed_replays_the_same_counterexample()
    {
        var policy = new Custom((in BoundaryVisit v) =>
            v.CanSkip(Detail) && v.Evaluation.Index > 4 && !(v.Distance(Change) > 0.01f) ? CacheDecision.Skip(Detail) : CacheDecision.Compute);
        var broken = Assert.Throws<PolicyLawException>(() => PolicyLaws.Check(policy));
        var again = Assert.Throws<PolicyLawException>(() => PolicyLaws.Check(policy, new PolicyLawOptions { Replay = ReplayIn(broken.Message) }));
        Assert.Equal(broken.Message, again.Message);
    }

    [Fact]
    public void A_replay_of_a_threshold_law_draws_the_same_script_and_thresholds()
    {
        ICachePolicy Inverted(float t) => new Custom((in BoundaryVisit v) =>
            v.CanSkip(Detail) && v.Evaluation.Index > 2 && t > 0 && v.Distance(Change) * t < 0.1f ? CacheDecision.Skip(Detail) : CacheDecision.Compute);
        var broken = Assert.Throws<PolicyLawException>(() => PolicyLaws.CheckThreshold(Inverted));
        var again = Assert.Throws<PolicyLawException>(() => PolicyLaws.CheckThreshold(Inverted, new PolicyLawOptions { Replay = ReplayIn(broken.Message) }));
        Assert.Equal(broken.Message, again.Message);
    }

    [Fact]
    public void Decisions_that_differ_in_values_are_shown_with_them()
    {
        var asked = 0;
        var broken = Assert.Throws<PolicyLawException>(() => PolicyLaws.Check(new Custom((in BoundaryVisit v) =>
            CacheDecision.SkipBelow(1 + (0.25f * asked++), 0.5f, Detail))));
        Assert.Matches(@"the first answer is \(compute; distance [\d.]+; threshold 0\.5; to detail\) and the second \(compute; distance [\d.]+; threshold 0\.5; to detail\)", broken.Message);
    }

    [Fact]
    public void A_policy_that_throws_is_caught() => Caught("a policy does not throw", new Custom((in BoundaryVisit v) =>
        v.Evaluation.Index < 3 ? CacheDecision.Compute : throw new ArithmeticException("too late")));

    [Fact]
    public void A_policy_that_refuses_the_layouts_says_so() => Caught(
        "PolicyLawOptions.Layouts", new Custom((in BoundaryVisit _) => CacheDecision.Compute, "no-such-cut"));

    [Fact]
    public void A_threshold_that_works_the_wrong_way_is_caught() => CaughtThreshold(
        "never turns a hit into a miss",
        t => new Custom((in BoundaryVisit v) => v.CanSkip(Detail) && t > 0 && v.Distance(Change) * t < 0.1f ? CacheDecision.Skip(Detail) : CacheDecision.Compute));

    [Fact]
    public void A_threshold_of_zero_that_skips_is_caught() => CaughtThreshold(
        "a threshold of 0 never skips",
        t => new Custom((in BoundaryVisit v) => v.CanSkip(Detail) && v.Distance(Change) <= t ? CacheDecision.Skip(Detail) : CacheDecision.Compute));

    [Fact]
    public void The_shortest_script_is_shown()
    {
        var broken = Assert.Throws<PolicyLawException>(() => PolicyLaws.Check(new Custom((in BoundaryVisit _) => CacheDecision.Skip(Detail))));
        Assert.Contains("  0  distances [0, 0, 0]", broken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("  1  distances", broken.Message, StringComparison.Ordinal);
        Assert.Contains("Replay it with PolicyLawOptions.Replay = (", broken.Message, StringComparison.Ordinal);
    }

    private static void Caught(string law, ICachePolicy policy) =>
        Assert.Contains(law, Assert.Throws<PolicyLawException>(() => PolicyLaws.Check(policy)).Message, StringComparison.OrdinalIgnoreCase);

    private static void CaughtThreshold(string law, Func<float, ICachePolicy> create) =>
        Assert.Contains(law, Assert.Throws<PolicyLawException>(() => PolicyLaws.CheckThreshold(create)).Message, StringComparison.OrdinalIgnoreCase);

    private static (ulong Seed, ulong Gamma, int Size) ReplayIn(string message)
    {
        var numbers = Seed().Match(message).Groups;
        return (
            ulong.Parse(numbers[1].Value, CultureInfo.InvariantCulture),
            ulong.Parse(numbers[2].Value, CultureInfo.InvariantCulture),
            int.Parse(numbers[3].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"\((\d+),\s*(\d+),\s*(\d+)\)")]
    private static partial Regex Seed();

    private delegate CacheDecision Decision(in BoundaryVisit visit);

    /// <summary>Measures the probe and decides there; optionally writes its comparison down and computes all the same.</summary>
    private sealed class Custom(Decision decide, string? probe = null, bool computesOften = false, Action<EvaluationOutcome>? complete = null) : ICachePolicy, ICachePolicySession
    {
        public string Name => "custom";

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
            .Measure(Change, probe is null ? BoundaryRef.Of(StructureProbe) : probe, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(StructureProbe, Detail, new AddResidual(StructureProbe));

        public ICachePolicySession CreateSession(in LaneInfo lane) => this;

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var decision = decide(visit);
            return computesOften && visit.Evaluation.Index % 2 == 1 ? decision.Overruled(null!) : decision;
        }

        public void Complete(in EvaluationOutcome outcome) => complete?.Invoke(outcome);
    }
}
