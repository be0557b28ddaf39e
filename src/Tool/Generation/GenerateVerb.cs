using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary><c>generate</c>: one picture under a policy.</summary>
internal static class GenerateVerb
{
    private const string NoPolicy = "none";

    public static Command Create(ToolConsole console)
    {
        var prompt = new Option<string>("--prompt") { Description = "What the picture shows.", HelpName = "P", Required = true };
        var seed = new Option<long>("--seed") { Description = "The seed of the noise.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var policy = SharedOptions.Policy(byDefault: NoPolicy);
        var settings = SharedOptions.Settings("policy");
        var output = new Option<string>("--out") { Description = "The picture to write; its extension says the format: .png, .jpg, .jpeg, .webp or .gif.", HelpName = "FILE", Required = true };
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("generate", "Makes a picture of a prompt under a policy.") { prompt, policy, settings, seed, output, json };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = PolicySettings.Create(parsed.GetRequiredValue(policy), parsed.GetRequiredValue(settings));
            var how = run.Read(parsed);
            var file = OutputPath.Picture(parsed.GetRequiredValue(output));
            var picture = new PictureRequest(parsed.GetRequiredValue(prompt), how.Style, parsed.GetValue(seed), how.Steps, how.Guidance);
            Generate(console, how, chosen, picture, file, parsed.GetValue(json), cancellationToken);
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Generate(
        ToolConsole console, SamplingSettings how, PolicySettings policy, PictureRequest picture, string file, bool json, CancellationToken cancellationToken)
    {
        using var session = ModelSession.Open(how, console.Time);
        policy = policy.On(session.Layout);
        console.Tell(policy.Notes);
        var loop = session.Under(policy.Policy);
        var recorder = new RunRecorder();
        var evaluations = session.Model.Sampler.CreateSchedule(picture.Steps).Evaluations.Length;
        var result = ToolProgress.Run(console, evaluations, tell => session.Generate(loop, picture, recorder, () => tell(picture.Prompt), cancellationToken));
        PictureFile.Save(file, result.Image);
        var run = EvaluationLog.Of(recorder.Conditional, policy.Entry.HasTwoStages, session.Layout, StageTimes.Of(recorder).ToCosts(session.Layout));
        if (json)
        {
            JsonLine.Write(console.Output, ToJson(policy, picture, run, result, file));
        }
        else
        {
            console.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {policy.Label}, {run.Count(ComputedShare.Full)} evaluations computed in full, {run.Count(ComputedShare.Partial)} in part, {run.Count(ComputedShare.Skipped)} skipped, {result.Elapsed.TotalSeconds:0.00} s"));
            console.Output.WriteLine(run.Decisions);
            console.Output.WriteLine($"Per evaluation: {StepLetters.Explain(run.Decisions)}.");
        }
    }

    private static JsonObject ToJson(PolicySettings policy, PictureRequest picture, EvaluationLog run, GeneratedPicture result, string file) => new()
    {
        ["policy"] = policy.Name,
        ["options"] = JsonLine.Array(policy.Settings.Select(s => (JsonNode?)s)),
        ["notes"] = JsonLine.Array(policy.Notes.Select(s => (JsonNode?)s)),
        ["prompt"] = picture.Prompt,
        ["seed"] = picture.Seed,
        ["steps"] = picture.Steps,
        ["guidance"] = JsonLine.Number(picture.Guidance),
        ["full"] = run.Count(ComputedShare.Full),
        ["part"] = run.Count(ComputedShare.Partial),
        ["skipped"] = run.Count(ComputedShare.Skipped),
        ["decisions"] = run.Decisions,
        ["seconds"] = JsonLine.Rounded(result.Elapsed.TotalSeconds, 4),
        ["image"] = file,
    };
}
