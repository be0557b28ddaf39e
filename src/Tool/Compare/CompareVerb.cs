using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary><c>compare</c>: every policy against the uncached run and against the control, as figures, pictures and a page.</summary>
internal static class CompareVerb
{
    private const int SheetColumns = 12;

    public static Command Create(ToolConsole console)
    {
        var promptFile = new Option<string?>("--prompts") { Description = "A file with a prompt a line.", HelpName = "FILE" };
        var prompts = new Option<string[]>("--prompt") { Description = "A prompt; may be given several times.", HelpName = "P", DefaultValueFactory = _ => [] };
        var policies = new Option<string?>("--policies") { Description = "Policies with their defaults, separated by commas.", HelpName = "a,b,c" };
        var policyFile = new Option<string?>("--policy-file") { Description = "A JSON file with policies and their settings by label; an appsettings file will do.", HelpName = "FILE" };
        var seeds = new Option<string>("--seeds") { Description = "The seeds of each prompt.", HelpName = "1,2,3", DefaultValueFactory = _ => "1" };
        var features = new Option<string?>("--features") { Description = "An ONNX feature extractor for a perceptual distance.", HelpName = "MODEL.onnx" };
        var output = new Option<string>("--out") { Description = "The folder for results.json, report.html, contact-sheet.png and images.", HelpName = "DIR", Required = true };
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("compare", "Compares policies with the uncached run and with fewer uncached steps, on your prompts.")
        {
            promptFile, prompts, policies, policyFile, seeds, features, output, json,
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
            var comparer = new Comparer(session, how, what, numbers, which, (name, image) => Save(folder, name, image), perceptual);
            var isWhole = false;
            var results = ToolProgress.Run(console, comparer.Work, tell => comparer.Run(tell, out isWhole, cancellationToken));
            Write(folder, results, comparer.PictureOf);
            Tell(console, results, folder, parsed.GetValue(json));
            if (!isWhole)
            {
                console.Error.WriteLine($"Stopped; {results.Uncached.Runs.Count} of {results.Cells} pictures of each policy are in the report.");
            }

            return Task.FromResult(isWhole ? ExitCodes.Success : ExitCodes.Failed);
        });
        return command;
    }

    private static void Save(string folder, string name, RgbImage image)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Png.Save(path, image);
    }

    private static void Write(string folder, ComparisonResults results, Func<ComparedRun, RgbImage> pictureOf)
    {
        OutputPath.WriteText(Path.Combine(folder, "results.json"), JsonLine.Text(ResultsJson.Whole(results), indented: true) + "\n");
        OutputPath.WriteText(Path.Combine(folder, "report.html"), new ReportPage(results, pictureOf).Render());
        Png.Save(Path.Combine(folder, "contact-sheet.png"), Sheet(results, pictureOf).Draw());
    }

    private static ContactSheet Sheet(ComparisonResults results, Func<ComparedRun, RgbImage> pictureOf)
    {
        var columns = results.Uncached.Runs.Take(SheetColumns).ToArray();
        return new ContactSheet(
            string.Create(CultureInfo.InvariantCulture, $"{results.Model}, {results.Steps} steps, guidance {results.Guidance}"),
            [.. columns.Select(r => results.Seeds.Count > 1 ? $"{results.Prompts[r.Prompt]} ({r.Seed})" : results.Prompts[r.Prompt])],
            [.. results.Rows.Select(row => new ContactSheetRow(row.Label, Details(results, row), [.. row.Runs.Take(columns.Length).Select(pictureOf)]))]);
    }

    private static string[] Details(ComparisonResults results, ComparedRow row) => row.Kind == ComparedKind.Uncached
        ? [string.Create(CultureInfo.InvariantCulture, $"{row.Seconds:0.00} s")]
        : [string.Create(CultureInfo.InvariantCulture, $"{results.SpeedupOf(row):0.0}×"), string.Create(CultureInfo.InvariantCulture, $"{row.Psnr:0.0} dB")];

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
                ["paretoFront"] = JsonLine.Array(results.ParetoFront().Select(r => (JsonNode?)r.Label)),
                ["results"] = Path.Combine(folder, "results.json"),
                ["report"] = Path.Combine(folder, "report.html"),
            });
            return;
        }

        var table = new TextTable(
            new("run", ColumnAlignment.Left), new("seconds"), new("speed-up"), new("of ideal"), new("PSNR"), new("SSIM"), new("latent error"), new("above control"), new("settings", ColumnAlignment.Left));
        foreach (var row in results.Rows)
        {
            var speedup = results.SpeedupOf(row);
            string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
            var isUncached = row.Kind == ComparedKind.Uncached;
            table.AddRow(
                row.Label,
                Text($"{row.Seconds:0.000}"),
                Text($"{speedup:0.00}×"),
                isUncached ? "" : Text($"{speedup / row.Ideal:0%}"),
                isUncached ? "" : Text($"{row.Psnr:0.00} dB"),
                isUncached ? "" : Text($"{row.Ssim:0.0000}"),
                isUncached ? "" : Text($"{row.LatentError:0.0000}"),
                row.Kind == ComparedKind.Policy && results.ControlOf(row) is { } control ? Text($"{row.Psnr - control.Psnr:+0.0;-0.0} dB") : "",
                string.Join(' ', row.Options));
        }

        console.Output.Write(table.ToPlainText());
        console.Output.WriteLine(Path.Combine(folder, "report.html"));
    }
}
