using System.Globalization;
using System.Text.Json.Nodes;

namespace CachePolicies.Comparison;

/// <summary>
/// A comparison as <c>results.json</c> and as JSON lines. Figures are numbers or <c>null</c>: a picture that equals the uncached one has no PSNR and is
/// <c>identical</c>, an interval of fewer than three pictures does not exist.
/// </summary>
public static class ResultsJson
{
    /// <summary>Names the format.</summary>
    public const string Format = "cachepolicies-comparison/2";

    /// <summary>Everything, with every picture's figures and decisions.</summary>
    public static JsonObject Whole(ComparisonResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var conditions = results.Conditions;
        return new JsonObject
        {
            ["format"] = Format,
            ["date"] = conditions.Date.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["version"] = conditions.Version,
            ["model"] = conditions.Model,
            ["fingerprint"] = conditions.Fingerprint,
            ["provider"] = conditions.Provider,
            ["processor"] = conditions.Processor,
            ["processors"] = conditions.ProcessorCount,
            ["threads"] = conditions.Threads,
            ["runtime"] = conditions.Runtime,
            ["steps"] = results.Steps,
            ["guidance"] = JsonLine.Number(results.Guidance),
            ["prompts"] = JsonLine.Texts(results.Prompts),
            ["seeds"] = JsonLine.Array(results.Seeds.Select(s => (JsonNode?)s)),
            ["clock"] = Clock(results.Clock),
            ["paretoFront"] = JsonLine.Texts(results.ParetoFront().Select(r => r.Label)),
            ["rows"] = JsonLine.Array(results.Rows.Select(r =>
            {
                var row = Row(results, r);
                row["runs"] = JsonLine.Array(r.Runs.Select(Run));
                return row;
            })),
        };
    }

    /// <summary>Whether times can be believed.</summary>
    public static JsonObject Clock(ClockQuality clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new JsonObject { ["usable"] = clock.IsUsable, ["spread"] = JsonLine.Figure(clock.Spread, 4) };
    }

    /// <summary>The figures of a row, without its runs.</summary>
    public static JsonObject Row(ComparisonResults results, ComparedRow row)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(row);
        var isUncached = row.Kind == ComparedKind.Uncached;
        var extents = row.Extents;
        var json = new JsonObject
        {
            ["kind"] = row.Kind.ToString().ToLowerInvariant(),
            ["label"] = row.Label,
            ["policy"] = row.Policy,
            ["options"] = JsonLine.Texts(row.Options),
            ["settings"] = JsonLine.Texts(row.Settings),
            ["steps"] = row.Steps,
            ["full"] = JsonLine.Figure(extents.Full, 2),
            ["part"] = JsonLine.Figure(extents.Part, 2),
            ["skipped"] = JsonLine.Figure(extents.Skipped, 2),
            ["seconds"] = JsonLine.Figure(row.Seconds, 5),
            ["speedup"] = JsonLine.Figure(row.Speedup, 4),
            ["ideal"] = JsonLine.Figure(row.Ideal, 4),
            ["realised"] = JsonLine.Figure(row.Realised, 4),
            ["isNoise"] = row.Kind == ComparedKind.Policy && ClockQuality.IsNoise(row.Realised),
            ["psnr"] = isUncached || row.IsIdentical ? null : JsonLine.Figure(row.Psnr, 3),
            ["psnrInterval"] = isUncached ? null : JsonLine.Figure(row.PsnrInterval, 3),
            ["identical"] = row.IsIdentical,
            ["ssim"] = JsonLine.Figure(row.Ssim, 5),
            ["latentError"] = JsonLine.Figure(row.LatentError, 6),
        };
        if (row.Perceptual is { } perceptual)
        {
            json["perceptual"] = JsonLine.Figure(perceptual, 6);
        }

        if (row.Kind == ComparedKind.Policy)
        {
            json["controlSteps"] = results.ControlStepsOf(row);
            json["controlPsnr"] = JsonLine.Figure(results.ControlPsnrOf(row), 3);
            json["aboveControl"] = JsonLine.Figure(results.AboveControl(row), 3);
        }

        return json;
    }

    private static JsonObject Run(ComparedRun run)
    {
        var json = new JsonObject
        {
            ["prompt"] = run.Prompt,
            ["seed"] = run.Seed,
            ["seconds"] = JsonLine.Figure(run.Seconds, 5),
            ["timings"] = JsonLine.Array(run.Timings.Select(t => JsonLine.Figure(t, 5))),
            ["ideal"] = JsonLine.Figure(run.Ideal, 4),
            ["psnr"] = JsonLine.Figure(run.Psnr, 3),
            ["identical"] = double.IsPositiveInfinity(run.Psnr),
            ["ssim"] = JsonLine.Figure(run.Ssim, 5),
            ["latentError"] = JsonLine.Figure(run.LatentError, 6),
            ["decisions"] = run.Log.Decisions,
            ["image"] = run.Image,
            ["timeline"] = JsonLine.Array(run.Log.Evaluations.Select(e => e.ToJson())),
        };
        if (run.Perceptual is { } perceptual)
        {
            json["perceptual"] = JsonLine.Figure(perceptual, 6);
        }

        return json;
    }
}
