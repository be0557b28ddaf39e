using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary><c>split</c>: writes the stages of a model and proves that they compute what it computes.</summary>
internal static class SplitVerb
{
    public static Command Create(ToolConsole console)
    {
        var arguments = new ModelArguments();
        var target = new Option<string>("--out") { Description = "The directory to make.", Required = true };
        var name = new Option<string?>("--name") { Description = "The model's name; the file's by default." };
        var prediction = new Option<string?>("--prediction") { Description = "What the output is: velocity or epsilon; by the family by default." };
        var verify = new Option<bool?>("--verify")
        {
            Description = "Run the model and its stages on the same random inputs and compare; by default where the weights are smaller than 4 GB and a run takes little memory.",
        };
        var facts = new Option<string?>("--facts") { Description = "A JSON file with what no graph says: the manifest's sections 'textToImage' and 'training'. The vocabulary that it names is copied." };
        var drop = new Option<bool>("--drop-original") { Description = "Remove MODEL when the split is made and verified; the directory holds the whole model too." };
        var json = SharedOptions.Json();
        var command = new Command("split", "Splits a model into stages that run under every caching policy.") { target, name, prediction, facts, verify, drop, json };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var (path, directory, options) = (arguments.Path(parsed), parsed.GetRequiredValue(target), arguments.Options(parsed));
            (options.Name, options.Prediction) = (parsed.GetValue(name), parsed.GetValue(prediction));
            (options.Verify, options.DropOriginal) = (parsed.GetValue(verify), parsed.GetValue(drop));
            if (Path.Exists(directory))
            {
                throw new UsageException($"'{directory}' exists already; name a directory that does not, or remove it first.");
            }

            var model = DenoiserInspector.Inspect(path, options);
            if (parsed.GetValue(facts) is { } file)
            {
                ModelFacts.Add(file, model, options);
            }

            var asJson = parsed.GetValue(json);
            if (!asJson && model.WeightBytesInside > 0)
            {
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(path)} holds {model.WeightBytesInside:N0} bytes of weights itself: they are copied once{(options.DropOriginal ? ", and the file is removed then" : "; --drop-original removes the file afterwards")}."));
            }

            var split = DenoiserSplitter.Split(path, directory, options, cancellationToken);
            if (asJson)
            {
                console.Output.WriteLine(JsonSerializer.Serialize(SplitReport.Of(split), DescriptionJson.Default.SplitReport));
            }
            else
            {
                Report(console.Output, split);
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Report(TextWriter output, SplitResult split)
    {
        output.WriteLine(DescriptionText.Format(split.Description));
        output.WriteLine();
        foreach (var notice in split.Notices)
        {
            output.WriteLine(notice);
        }

        if (split.Verification is { } verification)
        {
            output.WriteLine(verification);
            if (verification.Sizes.Any(sizes => sizes.Count > 1))
            {
                output.WriteLine("  with " + string.Join("; ", verification.Sizes.Select(sizes => string.Join(", ", sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size.Key} {size.Value}"))))));
            }
        }
        else if (!split.Notices.Any(notice => notice.StartsWith("Not verified", StringComparison.Ordinal)))
        {
            output.WriteLine("Not verified; --verify true runs the model and its stages and compares.");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote {split.BytesWritten:N0} bytes to '{split.Directory}'."));
    }
}

/// <summary>A split for machines.</summary>
/// <param name="Directory">The model's directory.</param>
/// <param name="BytesWritten">Bytes that were written; links cost none.</param>
/// <param name="Notices">What a person should know.</param>
/// <param name="Verification">What the proof found, or <see langword="null"/>.</param>
/// <param name="Model">The model.</param>
internal sealed record SplitReport(string Directory, long BytesWritten, IReadOnlyList<string> Notices, SplitVerification? Verification, DenoiserDescription Model)
{
    public static SplitReport Of(SplitResult split) => new(split.Directory, split.BytesWritten, split.Notices, split.Verification, split.Description);
}
