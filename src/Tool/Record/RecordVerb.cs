using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary><c>record</c>: the features of an uncached run, for <c>replay</c>, <c>measure</c> and <c>tune</c>.</summary>
internal static class RecordVerb
{
    public static Command Create(ToolConsole console)
    {
        var prompt = new Option<string>("--prompt") { Description = "What the picture shows.", HelpName = "P", Required = true };
        var seed = new Option<long>("--seed") { Description = "The seed of the noise.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var output = new Option<string>("--out") { Description = "The trace to write.", HelpName = "TRACE.safetensors", Required = true };
        var half = new Option<bool>("--float16") { Description = "Store features as float16: half the size." };
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("record", "Records the features of an uncached run.") { prompt, seed, output, half, json };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var how = run.Read(parsed);
            var file = OutputPath.File(parsed.GetRequiredValue(output));
            using var session = ModelSession.Open(how, console.Time);
            var picture = session.Request(parsed.GetRequiredValue(prompt), parsed.GetValue(seed));
            Record(console, session, picture, file, parsed.GetValue(half), cancellationToken);
            Tell(console, picture, file, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    /// <summary>Records one run; the file appears whole or not at all.</summary>
    internal static void Record(ToolConsole console, ModelSession session, PictureRequest picture, string file, bool half, CancellationToken cancellationToken)
    {
        var prepared = session.Prepare(picture, cancellationToken);
        var path = OutputPath.Make(file);
        ToolProgress.Run(console, prepared.Evaluations, tell => TraceRecording.Record(
            prepared, picture, session.Guidance, path, half, console.Time, _ => tell(picture.Prompt), cancellationToken));
    }

    private static void Tell(ToolConsole console, PictureRequest picture, string file, bool json)
    {
        var bytes = new FileInfo(file).Length;
        if (json)
        {
            JsonLine.Write(console.Output, new JsonObject { ["trace"] = file, ["prompt"] = picture.Prompt, ["seed"] = picture.Seed, ["steps"] = picture.Steps, ["bytes"] = bytes });
        }
        else
        {
            console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {picture.Steps} steps, {bytes / 1e6:0.0} MB"));
        }
    }
}
