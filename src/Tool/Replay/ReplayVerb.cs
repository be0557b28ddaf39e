using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Reporting;
using CachePolicies.Traces;

namespace CachePolicies.Tool;

/// <summary><c>replay</c>: the decisions that a policy takes on a recorded run, without the model.</summary>
internal static class ReplayVerb
{
    public static Command Create(ToolConsole console)
    {
        var trace = new Option<string>("--trace", "-t") { Description = "A run recorded by 'cachepolicies record'.", HelpName = "TRACE", Required = true };
        var policy = CatalogOptions.Policy();
        var settings = CatalogOptions.Settings("policy");
        var json = SharedOptions.Json();
        var command = new Command("replay", "Shows what a policy decides on a recorded run, without the model. TeaCache's polynomial is read as published; -o ClampNegative=true reads it as generations do.") { trace, policy, settings, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var entry = PolicySettings.Find(parsed.GetRequiredValue(policy));
            var chosen = PolicySettings.Create(PolicySettings.NameOf(entry), [.. entry.AsPublished, .. parsed.GetRequiredValue(settings)]);
            Run(console, parsed.GetRequiredValue(trace), chosen, parsed.GetValue(json), cancellationToken);
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static void Run(ToolConsole console, string path, PolicySettings policy, bool json, CancellationToken cancellationToken)
    {
        using var trace = OpenTrace(path);
        using var backend = new CpuBackend();
        var denoiser = new TraceDenoiser(trace, backend);
        var layout = denoiser.Denoiser.Layout;
        var costs = StageCosts.Of(layout, trace.Metadata);
        var began = console.Time.GetTimestamp();
        var records = denoiser.Replay(policy.Policy, cancellationToken);
        var elapsed = console.Time.GetElapsedTime(began);
        var run = EvaluationLog.Of(records, policy.Entry.HasTwoStages, layout, costs);
        if (json)
        {
            WriteJson(console.Output, run, policy, costs, elapsed);
        }
        else
        {
            WriteText(console.Output, run, policy, costs, elapsed);
        }
    }

    /// <summary>Opens a trace, or says that there is none.</summary>
    internal static TraceReader OpenTrace(string path) => File.Exists(path)
        ? TraceReader.Open(path)
        : throw new UsageException($"There is no trace '{path}'; expected the path of a file that 'cachepolicies record' wrote.");

    private static double StepsPerSecond(EvaluationLog run, TimeSpan elapsed) => run.Evaluations.Count / Math.Max(elapsed.TotalSeconds, 1e-9);

    private static void WriteJson(TextWriter output, EvaluationLog run, PolicySettings policy, StageCosts costs, TimeSpan elapsed)
    {
        foreach (var step in run.Evaluations)
        {
            JsonLine.Write(output, step.ToJson());
        }

        JsonLine.Write(output, new JsonObject
        {
            ["summary"] = true,
            ["policy"] = policy.Name,
            ["options"] = JsonLine.Array(policy.Settings.Select(s => (JsonNode?)s)),
            ["steps"] = run.Evaluations.Count,
            ["full"] = run.Count(ComputedShare.Full),
            ["part"] = run.Count(ComputedShare.Partial),
            ["skipped"] = run.Count(ComputedShare.Skipped),
            ["decisions"] = run.Decisions,
            ["estimatedSpeedup"] = JsonLine.Rounded(run.EstimatedSpeedup, 4),
            ["costsMeasured"] = costs.AreMeasured,
            ["seconds"] = JsonLine.Rounded(elapsed.TotalSeconds, 6),
            ["stepsPerSecond"] = JsonLine.Rounded(StepsPerSecond(run, elapsed), 0),
        });
    }

    private static void WriteText(TextWriter output, EvaluationLog run, PolicySettings policy, StageCosts costs, TimeSpan elapsed)
    {
        var table = new TextTable(
            new("step"), new("", ColumnAlignment.Left), new("boundary", ColumnAlignment.Left), new("distance"), new("accumulated"), new("threshold"), new("action", ColumnAlignment.Left));
        foreach (var step in run.Evaluations)
        {
            if (step.Checks.Count == 0)
            {
                table.AddRow(step.Step.ToString(CultureInfo.InvariantCulture), step.Letter.ToString(), "", "", "", "", "compute");
            }

            foreach (var check in step.Checks)
            {
                table.AddRow(
                    step.Step.ToString(CultureInfo.InvariantCulture),
                    step.Letter.ToString(),
                    check.Boundary,
                    Format(check.Distance),
                    Format(check.Accumulated),
                    Format(check.Threshold),
                    check.To is null ? $"compute{(check.Reason is null ? "" : $" ({check.Reason})")}" : $"skip to {check.To} by {check.Via}{(check.Gamma is null ? "" : $", γ {Format(check.Gamma)}")}");
            }
        }

        output.Write(table.ToPlainText());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{policy.Label}: {run.Count(ComputedShare.Full)} computed in full, {run.Count(ComputedShare.Partial)} in part, {run.Count(ComputedShare.Skipped)} skipped; about {run.EstimatedSpeedup:0.00}× ({(costs.AreMeasured ? "stage costs as recorded" : "every block stage counted alike")})."));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Replayed in {elapsed.TotalMilliseconds:0.0} ms, {StepsPerSecond(run, elapsed):0} steps a second."));
        output.WriteLine(run.Decisions);
        output.WriteLine($"Per evaluation: {StepLetters.Explain(run.Decisions)}.");
    }

    private static string Format(double? number) => number?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
