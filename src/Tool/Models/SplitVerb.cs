using System.CommandLine;
using System.Globalization;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary><c>split</c>: writes the stages of a model and proves that they compute what it computes.</summary>
internal static class SplitVerb
{
    // A model whose weights are larger is verified only where it is asked for: the proof holds it in memory twice.
    private const long VerifiedByDefaultBelow = 4L << 30;

    public static Command Create(ToolConsole console)
    {
        var arguments = new ModelArguments();
        var target = new Option<string>("--out") { Description = "The directory to make.", Required = true };
        var name = new Option<string?>("--name") { Description = "The model's name; the file's by default." };
        var prediction = new Option<string?>("--prediction") { Description = "What the output is: velocity or epsilon; by the family by default." };
        var verify = new Option<bool?>("--verify") { Description = "Run the model and its stages on the same random inputs and compare; by default where the weights are smaller than 4 GB." };
        var facts = new Option<string?>("--facts") { Description = "A JSON file with what no graph tells: the manifest's sections 'textToImage' and 'training'. The vocabulary that it names is copied." };
        var command = new Command("split", "Splits a model into stages that run under every caching policy.") { target, name, prediction, facts, verify };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var (path, directory, options) = (arguments.Path(parsed), parsed.GetRequiredValue(target), arguments.Options(parsed));
            (options.Name, options.Prediction) = (parsed.GetValue(name), parsed.GetValue(prediction));
            if (Path.Exists(directory))
            {
                throw new UsageException($"'{directory}' exists already; name a directory that does not, or remove it first.");
            }

            var model = DenoiserInspector.Inspect(path, options);
            if (parsed.GetValue(facts) is { } file)
            {
                ModelFacts.Add(file, model, options);
            }

            SplitVerification? verification = null;
            var wanted = parsed.GetValue(verify) ?? model.Stages.Sum(stage => stage.WeightBytes) + (model.Prelude?.WeightBytes ?? 0) < VerifiedByDefaultBelow;
            var split = DenoiserSplitter.Split(
                path, directory, options, wanted ? (manifest, whole) => verification = SplitVerification.Run(manifest, whole) : null, cancellationToken);
            Report(console.Output, split, verification);
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Report(TextWriter output, SplitResult split, SplitVerification? verification)
    {
        output.WriteLine(InspectVerb.Format(split.Description));
        output.WriteLine();
        foreach (var notice in split.Notices)
        {
            output.WriteLine(notice);
        }

        output.WriteLine(verification?.ToString() ?? "Not verified; --verify true runs the model and its stages and compares.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote {split.BytesWritten:N0} bytes to '{split.Directory}'."));
    }
}
