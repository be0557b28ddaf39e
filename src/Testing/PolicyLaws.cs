using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Testing;

/// <summary>How laws are checked.</summary>
public sealed record PolicyLawOptions
{
    /// <summary>How many scripts are drawn. The default is 1,000.</summary>
    public int Cases { get; init; } = 1000;

    /// <summary>The layouts that scripts are drawn over; those of <see cref="PolicyGenerators.Layouts"/> by default.</summary>
    public Gen<DenoiserLayout>? Layouts { get; init; }

    /// <summary>
    /// Replays a failure: the three numbers that its message shows, of the one case that failed. <see cref="Cases"/> is not looked at then. New cases by default.
    /// </summary>
    public (ulong Seed, ulong Gamma, int Size)? Replay { get; init; }
}

/// <summary>A policy broke a law. The message holds the law, the shortest script that was found, and the numbers that replay it.</summary>
/// <param name="message">Law, script and replay.</param>
/// <param name="innerException">What FsCheck reported.</param>
public sealed class PolicyLawException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The laws that every caching policy keeps, checked over generated scripts: <c>PolicyLaws.Check(new MyPolicy())</c> in a test.</summary>
public static partial class PolicyLaws
{
    /// <summary>
    /// Checks, over scripts with NaN, infinite, zero and subnormal distances, overruled skips, evaluations that the lane is left out of, inputs that change in
    /// mid-run and abandoned evaluations:
    /// a skip is declared, leads strictly forward and reuses only what was computed before in this generation;
    /// a decision whose every measurement is not finite computes;
    /// a recorded comparison agrees with the decision, and a threshold of 0 never skips;
    /// asking changes nothing; equal inputs give equal decisions; a generation that failed leaves nothing behind for the next, and sessions are
    /// independent under interleaving.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="options">How many scripts, over which layouts.</param>
    /// <exception cref="PolicyLawException">A law is broken.</exception>
    public static void Check(ICachePolicy policy, PolicyLawOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ForEvery(policy.Name, options, script => CheckScript(policy, script));
    }

    /// <summary>
    /// Checks a family of policies that differ in one threshold: 0 never skips, and in a fixed state raising the threshold never turns a hit into a miss.
    /// </summary>
    /// <param name="create">A policy for each threshold, finite and at least 0.</param>
    /// <param name="options">How many scripts, over which layouts.</param>
    /// <exception cref="PolicyLawException">A law is broken.</exception>
    public static void CheckThreshold(Func<float, ICachePolicy> create, PolicyLawOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        var never = create(0);
        ForEvery(never.Name, options, script => CheckNeverSkips(never, script));
        var pairs = PolicyGenerators.Thresholds.Two().Select(p => p.Item1 <= p.Item2 ? p : (p.Item2, p.Item1));
        ForEvery(
            never.Name,
            options,
            (pairs, p => $"thresholds {p.Item1:R} and {p.Item2:R}"),
            (script, pair) => CheckMonotone(create(pair.Item1), create(pair.Item2), script));
    }

    private static void CheckScript(ICachePolicy policy, PolicyScript script)
    {
        var inspected = new ScriptRun(policy, script);
        var expected = ImmutableArray.CreateBuilder<ScriptedEvaluation>();
        while (!inspected.HasEnded)
        {
            var evaluation = inspected.Next((visit, decision, session) => CheckDecision(inspected, visit, decision, session));
            CheckVisits(evaluation);
            expected.Add(evaluation);
        }

        if (expected.Count == 0)
        {
            return;
        }

        // A generation that fails in the middle of an evaluation, and after it the same once more.
        var failing = new ScriptRun(policy, script);
        for (var i = 0; i < expected.Count / 2; i++)
        {
            failing.Next();
        }

        failing.Next(abandonAt: expected.Count % script.Layout.Stages.Length);
        var after = new ScriptRun(policy, script);
        for (var i = 0; i < expected.Count; i++)
        {
            RequireEqual("what failed before", expected[i], after.Next());
        }

        // The same once more, beside another session that is abandoned in the middle of an evaluation and never asked again.
        var again = new ScriptRun(policy, script);
        var other = new ScriptRun(policy, script with { Steps = [.. script.Steps.Reverse()] });
        for (var i = 0; i < expected.Count; i++)
        {
            if (!other.HasEnded)
            {
                other.Next(abandonAt: i == expected.Count / 2 ? script.Layout.Stages.Length / 2 : null);
            }

            RequireEqual("what other sessions do", expected[i], again.Next());
        }
    }

    private static void RequireEqual(string whatever, ScriptedEvaluation expected, ScriptedEvaluation found) => Require(
        found.Computed == expected.Computed && found.Visits.Select(v => v.Decision).SequenceEqual(expected.Visits.Select(v => v.Decision)),
        $"equal inputs give equal decisions, whatever {whatever}: in evaluation {expected.Index} the first run decided ({expected}) and the second ({found})");

    private static void CheckDecision(ScriptRun run, in BoundaryVisit visit, in CacheDecision decision, ICachePolicySession session)
    {
        var again = session.Decide(visit);
        Require(again.Equals(decision), $"asking changes nothing: at '{visit.Boundary}' in evaluation {visit.Evaluation.Index} the first answer is ({decision}) and the second ({again})");
        if (!decision.IsSkip)
        {
            return;
        }

        var (from, to, via) = (visit.Boundary.Index, run.Plan.Layout.IndexOf(decision.To), decision.Via);
        Require(to > from, $"a skip leads strictly forward: '{visit.Boundary}' to '{decision.To}' does not");
        Require(
            run.Plan.Skips.Any(s => s.From == from && s.To == to && (via is null || via.Equals(s.Approximation))),
            $"a skip is declared in the plan: '{visit.Boundary}' to '{decision.To}' is not");
        Require(visit.CanSkip(decision.To), $"nothing is reused before it was computed: evaluation {visit.Evaluation.Index} skips from '{visit.Boundary}' to '{decision.To}' without history");
    }

    private static void CheckVisits(ScriptedEvaluation evaluation)
    {
        foreach (var (boundary, decision, asked) in evaluation.Visits)
        {
            Require(
                !decision.IsSkip || asked.IsEmpty || asked.Any(float.IsFinite),
                $"a distance that is not finite computes: at '{boundary}' the policy measured {string.Join(", ", asked)} and skips");
            if (decision is { Value: { } value, Threshold: { } threshold })
            {
                Require(!decision.IsSkip || (threshold > 0 && value <= threshold), $"a skip lies below its threshold: at '{boundary}' {value} against {threshold} skips");
                Require(decision.IsSkip || decision.Reason is not null || !CacheDecision.IsBelow(value, threshold), $"below its threshold a policy skips: at '{boundary}' {value} against {threshold} computes without a reason");
            }
        }
    }

    private static void CheckNeverSkips(ICachePolicy policy, PolicyScript script)
    {
        var evaluations = new ScriptRun(policy, script).ToEnd();
        foreach (var evaluation in evaluations)
        {
            Require(evaluation.Computed.Count == script.Layout.Stages.Length, $"a threshold of 0 never skips: evaluation {evaluation.Index} decided ({evaluation})");
        }
    }

    private static void CheckMonotone(ICachePolicy low, ICachePolicy high, PolicyScript script)
    {
        var lower = new ScriptRun(low, script);
        var higher = new ScriptRun(high, script);
        while (!lower.HasEnded)
        {
            var expected = lower.Next();
            var found = higher.Next(follow: expected.Computed);
            foreach (var visit in expected.Visits.Where(v => v.Decision.IsSkip))
            {
                var raised = found.Visits.FirstOrDefault(v => ReferenceEquals(v.Boundary, visit.Boundary));
                Require(
                    raised is not { Decision.IsSkip: false },
                    $"in a fixed state, raising the threshold never turns a hit into a miss: at '{visit.Boundary}' in evaluation {expected.Index} the lower decided ({visit.Decision}) and the higher ({raised!.Decision})");
            }
        }
    }

    private static void ForEvery(string name, PolicyLawOptions? options, Action<PolicyScript> check) =>
        ForEvery(name, options, (Gen.Constant(0), _ => ""), (script, _) => check(script));

    private static void ForEvery<T>(string name, PolicyLawOptions? options, (Gen<T> Values, Func<T, string> Describe) more, Action<PolicyScript, T> check)
    {
        options ??= new();
        var scripts = options.Layouts is { } layouts ? PolicyGenerators.ScriptsOver(layouts) : PolicyGenerators.Scripts;
        var cases = Arb.From(
            from script in scripts.Generator from value in more.Values select (script, value),
            drawn => scripts.Shrinker(drawn.script).Select(shorter => (shorter, drawn.value)));
        var config = Config.QuickThrowOnFailure.WithMaxTest(options.Cases).WithQuietOnSuccess(true);
        if (options.Replay is { } replay)
        {
            config = config.WithMaxTest(1).WithReplay(new Replay(new Rnd(replay.Seed, replay.Gamma), replay.Size));
        }

        (PolicyScript Script, T Value)? shortest = null;
        PolicyLawException? broken = null;
        try
        {
            FsCheck.Check.One(config, Prop.ForAll(cases, drawn =>
            {
                try
                {
                    check(drawn.script, drawn.value);
                }
                catch (PolicyLawException law)
                {
                    (shortest, broken) = (drawn, law);
                    throw;
                }
                catch (Exception thrown)
                {
                    (shortest, broken) = (drawn, new PolicyLawException(thrown is CacheDecisionException
                        ? $"a policy skips as its plan declares and its history allows: {thrown.Message}"
                        : thrown is CachePlanException
                        ? $"a policy plans on the layouts that it is checked over; where it needs others, give {nameof(PolicyLawOptions)}.{nameof(PolicyLawOptions.Layouts)}: {thrown.Message}"
                        : $"a policy does not throw, but {thrown.GetType().Name}: {thrown.Message}"));
                    throw;
                }
            }));
        }
        catch (Exception report) when (broken is not null)
        {
            throw new PolicyLawException(
                $"The policy '{name}' breaks a law. {char.ToUpperInvariant(broken.Message[0])}{broken.Message[1..]}.\n{more.Describe(shortest!.Value.Value)}\n{shortest.Value.Script}\n{ReplayOf(report.Message)}",
                report);
        }
    }

    /// <summary>What replays the step that failed, which FsCheck reports with its size; its first line has the seed of the whole run.</summary>
    private static string ReplayOf(string report) => FailedStep().Match(report) is { Success: true } step
        ? $"Replay it with {nameof(PolicyLawOptions)}.{nameof(PolicyLawOptions.Replay)} = ({step.Groups["seed"].Value}, {step.Groups["gamma"].Value}, {step.Groups["size"].Value})."
        : report.Split('\n')[0];

    [GeneratedRegex(@"size of (?<size>\d+) and seed of \((?<seed>\d+),\s*(?<gamma>\d+)\)")]
    private static partial Regex FailedStep();

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] LawMessage law)
    {
        if (!holds)
        {
            throw new PolicyLawException(law.ToStringAndClear());
        }
    }
}
