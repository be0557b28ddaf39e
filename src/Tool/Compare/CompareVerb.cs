using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CachePolicies.Tool;

/// <summary><c>compare</c>: every policy against the uncached run and against the control, as figures, pictures and a page.</summary>
internal static class CompareVerb
{
    private const int MostRounds = 100;

    public static Command Create(ToolConsole console)
    {
        var promptFile = new Option<string?>("--prompts") { Description = "A file with one prompt per line.", HelpName = "FILE" };
        var prompts = new Option<string[]>("--prompt") { Description = "A prompt; may be given several times.", HelpName = "P", DefaultValueFactory = _ => [] };
        var policies = new Option<string?>("--policies") { Description = "Policies with their defaults, separated by commas.", HelpName = "a,b,c" };
        var policyFile = new Option<string?>("--policy-file") { Description = "A JSON file with policies and their settings by label; an appsettings file will do.", HelpName = "FILE" };
        var seeds = new Option<string>("--seeds") { Description = "The seeds of each prompt.", HelpName = "1,2,3", DefaultValueFactory = _ => "1" };
        var rounds = new Option<int?>("--rounds") { Description = $"Timed runs of each picture, 1 to {MostRounds}; by default enough that each policy is timed at least three times.", HelpName = "N" };
        var features = new Option<string?>("--features") { Description = "An ONNX feature extractor for a perceptual distance.", HelpName = "MODEL.onnx" };
        var output = new Option<string>("--out") { Description = "The folder for results.json, report.html, table.md, contact-sheet.png, timeline.png and images.", HelpName = "DIR", Required = true };
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("compare", "Compares policies with the uncached run and with fewer uncached steps, on your prompts.")
        {
            promptFile, prompts, policies, policyFile, seeds, rounds, features, output, json,
        };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var what = PromptFile.Read(parsed.GetValue(promptFile), parsed.GetRequiredValue(prompts));
            var which = PolicyFile.Read(parsed.GetValue(policyFile), parsed.GetValue(policies));
            var numbers = PromptFile.Seeds(parsed.GetRequiredValue(seeds));
            var how = run.Read(parsed);
            var folder = OutputPath.Folder(parsed.GetRequiredValue(output));
            using var perceptual = parsed.GetValue(features) is { } extractor ? PerceptualDistance.Open(extractor) : null;
            using var session = ModelSession.Open(how, console.Time);
            var onModel = which.Select(p => p.On(session.Layout)).ToArray();
            var plan = new ComparisonPlan(session.Steps, session.Guidance, PlannedPicture.Each(what, [.. numbers]), [.. onModel.Select(p => p.ToCompared())])
            {
                Rounds = RoundsOf(parsed.GetValue(rounds)),
                Save = (name, image) => ComparisonFiles.SavePicture(folder, name, image),
                Perceptual = perceptual is null ? null : perceptual.Between,
            };
            var comparer = new Comparer(session.Pictures(what[0]), plan, console.Time);
            var isWhole = false;
            var results = ToolProgress.Run(console, comparer.Work, tell => comparer.Run(tell, out isWhole, cancellationToken));
            ComparisonFiles.Write(folder, results, comparer.PictureOf);
            Tell(console, results, folder, parsed.GetValue(json));
            console.Tell(onModel.SelectMany(p => p.Notes.Select(n => $"{p.Label}: {n}")));
            if (!isWhole)
            {
                console.Error.WriteLine($"Stopped; {results.Uncached.Runs.Count} of {results.Pictures.Count} pictures of each policy are in the report.");
            }

            return Task.FromResult(isWhole ? ExitCodes.Success : ExitCodes.Failed);
        });
        return command;
    }

    private static int? RoundsOf(int? rounds) => rounds is null or (>= 1 and <= MostRounds)
        ? rounds
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--rounds is {rounds}; expected 1 to {MostRounds}."));

    private static void Tell(ToolConsole console, ComparisonResults results, string folder, bool json)
    {
        if (json)
        {
            foreach (var row in results.Rows)
            {
                JsonLine.Write(console.Output, ResultsJson.Row(results, row));
            }

            JsonLine.Write(console.Output, new JsonObject
            {
                ["summary"] = true,
                ["pictures"] = results.Uncached.Runs.Count,
                ["clock"] = ResultsJson.Clock(results.Clock),
                ["paretoFront"] = JsonLine.Texts(results.ParetoFront().Select(r => r.Label)),
                ["results"] = Path.Combine(folder, ComparisonFiles.Results),
                ["report"] = Path.Combine(folder, ComparisonFiles.Report),
            });
            return;
        }

        console.Output.WriteLine(ComparisonTable.ToText(results));
        console.Output.WriteLine(Path.Combine(folder, ComparisonFiles.Report));
    }
}
