using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary><c>schedule</c>: which evaluations to compute under a budget, for a model, a sampler and a number of steps.</summary>
internal static class ScheduleVerb
{
    private const int DefaultTries = 60;

    private static readonly string[] Searchable = ["From=", "To=", "Approximation."];

    public static Command Create(ToolConsole console)
    {
        var evaluations = new Option<string>("--evaluations") { Description = "How many evaluations may be computed; several budgets are separated by commas.", HelpName = "10,8,6", Required = true };
        var promptFile = new Option<string?>("--prompts") { Description = "A file with one prompt per line.", HelpName = "FILE" };
        var prompts = new Option<string[]>("--prompt") { Description = "A prompt; may be given several times.", HelpName = "P", DefaultValueFactory = _ => [] };
        var seeds = new Option<string>("--seeds") { Description = "The seeds that each prompt is recorded with.", HelpName = "1,2", DefaultValueFactory = _ => "1" };
        var tries = new Option<int>("--tries")
        {
            Description = "How many neighbouring schedules are tried in generations, for each budget; 0 leaves what the recorded errors say.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultTries,
        };
        var output = new Option<string>("--out") { Description = "The file to write.", HelpName = "FILE.json", DefaultValueFactory = _ => "schedule.json" };
        var settings = CatalogOptions.Settings("policy stepmask that says where a skip leads and how it is made");
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("schedule", "Finds which evaluations to compute under a budget, for the policy stepmask.") { evaluations, promptFile, prompts, seeds, tries, settings, output, json };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var policy = PolicySettings.Create("stepmask", parsed.GetRequiredValue(settings));
            if (policy.Settings.FirstOrDefault(s => !Searchable.Any(o => s.StartsWith(o, StringComparison.Ordinal))) is { } other)
            {
                throw new UsageException($"A schedule is not found for '{other}'; expected From, To and Approximation, and the rest where the schedule is used.");
            }

            var wanted = PromptFile.Read(parsed.GetValue(promptFile), parsed.GetRequiredValue(prompts));
            var drawn = wanted.SelectMany(p => PromptFile.Seeds(parsed.GetRequiredValue(seeds)).Select(s => (p, s))).ToArray();
            var limit = parsed.GetValue(tries) is >= 0 and <= 100_000 and var number ? number : throw new UsageException($"--tries is {parsed.GetValue(tries)}; expected 0 to 100000.");
            var how = run.Read(parsed);
            var file = OutputPath.File(parsed.GetRequiredValue(output));
            using var session = ModelSession.Open(how, console.Time);
            var budgets = BudgetsOf(parsed.GetRequiredValue(evaluations), session.ScheduleOf(session.Steps).Evaluations.Length);
            new Job(console, session, policy, drawn, budgets, limit, file, parsed.GetValue(json)).Run(cancellationToken);
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    /// <summary>The budgets, each once, the largest first.</summary>
    internal static IReadOnlyList<int> BudgetsOf(string text, int evaluations)
    {
        var budgets = text.Split(',', StringSplitOptions.TrimEntries)
            .Select(t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var budget) && budget >= 2 && budget <= evaluations
                ? budget
                : throw new UsageException($"--evaluations is '{t}'; expected 2 to {evaluations}, of the {evaluations} evaluations that a run has."))
            .Distinct()
            .OrderDescending()
            .ToArray();
        return evaluations <= SegmentCosts.MostEvaluations
            ? budgets
            : throw new UsageException($"A run has {evaluations} evaluations; expected at most {SegmentCosts.MostEvaluations} for a schedule.");
    }

    /// <summary>One search.</summary>
    private sealed record Job(
        ToolConsole Console,
        ModelSession Session,
        PolicySettings Policy,
        (string Prompt, long Seed)[] Pictures,
        IReadOnlyList<int> Budgets,
        int Tries,
        string File,
        bool Json)
    {
        public void Run(CancellationToken cancellationToken)
        {
            var costs = CostsOf(cancellationToken);
            var found = new List<ImmutableArray<int>>();
            var signature = Signature();
            var refinement = Tries == 0 ? null : ScheduleRefinement.Prepare(Session, Pictures, list => (signature with { Budgets = [list] }).CreatePolicy(), cancellationToken);
            foreach (var budget in Budgets)
            {
                var (path, cost) = SchedulePath.Find(costs, budget);
                var refined = refinement is null ? path : Refine(refinement, path, costs.Count, cancellationToken);
                found.Add(refined);
                Tell(path, refined, cost, costs.Count, refinement, cancellationToken);
            }

            (signature with { Budgets = [.. found] }).Save(OutputPath.Make(File));
            if (!Json)
            {
                Console.Output.WriteLine(File);
            }
        }

        private SegmentCosts CostsOf(CancellationToken cancellationToken)
        {
            using var folder = WorkFolder.Create("schedule", Console.Time);
            var runs = new List<RecordedRun>();
            try
            {
                foreach (var (prompt, seed) in Pictures)
                {
                    var trace = Path.Combine(folder.Path, $"{runs.Count}.safetensors");
                    RecordVerb.Record(Console, Session, Session.Request(prompt, seed), trace, half: false, cancellationToken);
                    runs.Add(RecordedRun.Open(trace));
                }

                return SegmentCosts.Of(runs, Policy.Policy);
            }
            finally
            {
                runs.ForEach(r => r.Dispose());
            }
        }

        private ComputeSchedule Signature()
        {
            var run = Session.Prepare(Session.Request(Pictures[0].Prompt, Pictures[0].Seed)).Signature;
            return new ComputeSchedule(run.Fingerprint, run.Latent, run.Sampler, run.Guidance, run.Sigmas, [.. Policy.Settings], []);
        }

        private ImmutableArray<int> Refine(ScheduleRefinement refinement, ImmutableArray<int> path, int count, CancellationToken cancellationToken) =>
            ToolProgress.Run(Console, Tries + 1, tell => refinement.Climb(path, count, Tries, () => tell($"{path.Length} evaluations"), cancellationToken));

        private void Tell(ImmutableArray<int> path, ImmutableArray<int> refined, double cost, int count, ScheduleRefinement? refinement, CancellationToken cancellationToken)
        {
            double? before = refinement?.ErrorOf(path, cancellationToken), after = refinement?.ErrorOf(refined, cancellationToken);
            if (Json)
            {
                JsonLine.Write(Console.Output, new JsonObject
                {
                    ["evaluations"] = refined.Length,
                    ["of"] = count,
                    ["computed"] = JsonLine.Array(refined.Select(e => (JsonNode?)e)),
                    ["recordedError"] = JsonLine.Rounded(cost, 6),
                    ["finalError"] = before is null ? null : JsonLine.Rounded(before.Value, 8),
                    ["refinedError"] = after is null ? null : JsonLine.Rounded(after.Value, 8),
                    ["file"] = File,
                });
                return;
            }

            var tried = before is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; mean square error of the final latent {before:g3}, refined {after:g3}");
            Console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{refined.Length} of {count}: {string.Join(',', refined)} (recorded error {cost:g3}{tried})"));
        }
    }
}
