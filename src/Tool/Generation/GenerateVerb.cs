using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary><c>generate</c>: pictures of a prompt under a policy.</summary>
internal static class GenerateVerb
{
    private const string NoPolicy = "none";

    public static Command Create(ToolConsole console)
    {
        var prompt = new Option<string>("--prompt") { Description = "What the picture shows.", HelpName = "P", Required = true };
        var seed = new Option<long>("--seed") { Description = "The seed of the noise.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var count = new Option<int>("--count") { Description = "How many pictures are made in one batch; each but the first gets its number behind its name.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var policy = CatalogOptions.Policy(byDefault: NoPolicy);
        var settings = CatalogOptions.Settings("policy");
        var target = new Option<string?>("--target")
        {
            Description = "What the picture is to reach, in place of settings: 40 dB, 0.99 SSIM or 3x. With --policy, by that policy alone.",
            HelpName = "T",
        };
        var measured = new Option<string?>("--measured") { Description = "The measured settings that --target is served from; 'tune --measured' writes them.", HelpName = "FILE.json" };
        var output = new Option<string>("--out") { Description = "The picture to write; its extension says the format: .png, .jpg, .jpeg, .webp or .gif.", HelpName = "FILE", Required = true };
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("generate", "Makes a picture of a prompt under a policy.") { prompt, policy, settings, target, measured, seed, count, output, json };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var (named, given) = (parsed.GetRequiredValue(policy), parsed.GetRequiredValue(settings));
            var chosen = PolicySettings.Create(named, given);
            var aim = TargetedGeneration.Of(parsed.GetValue(target), parsed.GetValue(measured), parsed.GetResult(policy) is { Implicit: false } ? chosen.Entry : null, given);
            var how = run.Read(parsed);
            var file = OutputPath.Picture(parsed.GetRequiredValue(output));
            using var session = ModelSession.Open(how, console.Time);
            var picture = session.Request(parsed.GetRequiredValue(prompt), parsed.GetValue(seed)) with { ImageCount = parsed.GetValue(count) };
            Generate(console, session, chosen, aim, picture, file, parsed.GetValue(json), cancellationToken);
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Generate(
        ToolConsole console, ModelSession session, PolicySettings policy, TargetedGeneration? aim, PictureRequest picture, string file, bool json, CancellationToken cancellationToken)
    {
        if (session.Memory is { } memory)
        {
            console.Error.WriteLine($"{char.ToUpperInvariant(memory[0])}{memory[1..]}.");
        }

        // The text is encoded before the stages are opened: the encoders of a large pipeline and its denoiser need not be in memory together.
        var prepared = session.Prepare(picture, cancellationToken);
        console.Tell(prepared.Notes);
        var target = aim?.Choose(prepared.Signature);
        policy = target is null ? policy : PolicySettings.Create(target.Setting.Policy, target.Setting.Settings);
        console.Tell(target is null ? [] : [target.ToString()]);
        policy = policy.On(prepared.Denoiser.Layout);
        var denoiser = session.Under(policy.Policy, prepared.Denoiser);
        var recorder = new RunRecorder();
        var result = ToolProgress.Run(
            console, prepared.Evaluations, tell => prepared.Generate(denoiser, recorder, _ => tell(picture.Prompt), console.Time, cancellationToken));
        for (var i = 0; i < result.Pictures.Count; i++)
        {
            PictureFile.Save(OutputPath.Make(NameOf(file, i)), result.Pictures[i].Image);
        }

        var run = EvaluationLog.Of(recorder.Conditional, policy.Entry.HasTwoStages, denoiser.Denoiser.Layout, StageTimes.Of(recorder).ToCosts(denoiser.Denoiser.Layout));
        console.Tell(policy.Notes);
        if (json)
        {
            JsonLine.Write(console.Output, ToJson(session, policy, target, picture, run, result, file));
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

    private static string NameOf(string file, int picture) => picture == 0
        ? file
        : Path.Combine(Path.GetDirectoryName(file)!, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(file)}-{picture + 1}{Path.GetExtension(file)}"));

    private static JsonObject ToJson(ModelSession session, PolicySettings policy, TargetChoice? target, PictureRequest picture, EvaluationLog run, GeneratedPictures result, string file) => new()
    {
        ["policy"] = policy.Name,
        ["options"] = JsonLine.Array(policy.Settings.Select(s => (JsonNode?)s)),
        ["target"] = target is null ? null : TargetedGeneration.ToJson(target),
        ["notes"] = JsonLine.Array(policy.Notes.Select(s => (JsonNode?)s)),
        ["prompt"] = picture.Prompt,
        ["seed"] = picture.Seed,
        ["steps"] = session.Steps,
        ["guidance"] = JsonLine.Number(session.Guidance),
        ["full"] = run.Count(ComputedShare.Full),
        ["part"] = run.Count(ComputedShare.Partial),
        ["skipped"] = run.Count(ComputedShare.Skipped),
        ["decisions"] = run.Decisions,
        ["seconds"] = JsonLine.Rounded(result.Elapsed.TotalSeconds, 4),
        ["image"] = file,
    };
}
