using System.Text.Json.Nodes;

namespace CachePolicies.Tool;

/// <summary>A comparison as <c>results.json</c> and as JSON lines.</summary>
internal static class ResultsJson
{
    public const string Format = "cachepolicies-comparison/1";

    /// <summary>Everything, with every picture's figures and decisions.</summary>
    public static JsonObject Whole(ComparisonResults results) => new()
    {
        ["format"] = Format,
        ["model"] = results.Model,
        ["fingerprint"] = results.Fingerprint,
        ["provider"] = results.Provider,
        ["steps"] = results.Steps,
        ["guidance"] = JsonLine.Number(results.Guidance),
        ["prompts"] = JsonLine.Array(results.Prompts.Select(p => (JsonNode?)p)),
        ["seeds"] = JsonLine.Array(results.Seeds.Select(s => (JsonNode?)s)),
        ["paretoFront"] = JsonLine.Array(results.ParetoFront().Select(r => (JsonNode?)r.Label)),
        ["rows"] = JsonLine.Array(results.Rows.Select(r =>
        {
            var row = Row(results, r);
            row["runs"] = JsonLine.Array(r.Runs.Select(run => Run(results, run)));
            return row;
        })),
    };

    /// <summary>The figures of a row, without its runs.</summary>
    public static JsonObject Row(ComparisonResults results, ComparedRow row)
    {
        var json = new JsonObject
        {
            ["kind"] = row.Kind.ToString().ToLowerInvariant(),
            ["label"] = row.Label,
            ["policy"] = row.Policy,
            ["options"] = JsonLine.Array(row.Options.Select(o => (JsonNode?)o)),
            ["steps"] = row.Steps,
            ["seconds"] = JsonLine.Rounded(row.Seconds, 4),
            ["speedup"] = JsonLine.Rounded(results.SpeedupOf(row), 4),
            ["ideal"] = JsonLine.Rounded(row.Ideal, 4),
            ["realised"] = JsonLine.Rounded(results.SpeedupOf(row) / row.Ideal, 4),
            ["psnr"] = row.Kind == ComparedKind.Uncached ? null : JsonLine.Rounded(row.Psnr, 3),
            ["psnrInterval"] = row.Kind == ComparedKind.Uncached || double.IsNaN(row.PsnrInterval) ? null : JsonLine.Rounded(row.PsnrInterval, 3),
            ["ssim"] = JsonLine.Rounded(row.Ssim, 5),
            ["latentError"] = JsonLine.Rounded(row.LatentError, 6),
        };
        if (row.Perceptual is { } perceptual)
        {
            json["perceptual"] = JsonLine.Rounded(perceptual, 6);
        }

        if (row.Kind == ComparedKind.Policy)
        {
            json["controlSteps"] = results.ControlSteps(row);
            json["controlPsnr"] = JsonLine.Rounded(results.ControlOf(row)?.Psnr, 3);
        }

        return json;
    }

    private static JsonObject Run(ComparisonResults results, ComparedRun run)
    {
        var json = new JsonObject
        {
            ["prompt"] = results.Prompts[run.Prompt],
            ["seed"] = run.Seed,
            ["seconds"] = JsonLine.Rounded(run.Seconds, 4),
            ["ideal"] = JsonLine.Rounded(run.Ideal, 4),
            ["psnr"] = JsonLine.Rounded(run.Psnr, 3),
            ["ssim"] = JsonLine.Rounded(run.Ssim, 5),
            ["latentError"] = JsonLine.Rounded(run.LatentError, 6),
            ["decisions"] = run.Trace.Decisions,
            ["image"] = run.Image,
            ["timeline"] = JsonLine.Array(run.Trace.Steps.Select(s => s.ToJson())),
        };
        if (run.Perceptual is { } perceptual)
        {
            json["perceptual"] = JsonLine.Rounded(perceptual, 6);
        }

        return json;
    }
}
