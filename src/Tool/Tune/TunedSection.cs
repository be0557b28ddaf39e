using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What tuning found, as a file whose <c>CachePolicies</c> section can go to appsettings.json, with the measured front beside it.</summary>
internal static class TunedSection
{
    public static JsonObject Whole(CachePolicyDescriptor policy, GenerationTarget target, ModelFit fit, Screening screening, IReadOnlyList<TunedSetting> verified, TunedSetting? best)
    {
        var results = verified[0].Results;
        var file = new JsonObject();
        if (best is not null)
        {
            file["CachePolicies"] = new JsonObject { [policy.Name] = Settings(policy.Options, InForce(policy, best.Screened.Policy)) };
        }

        file["Tuning"] = new JsonObject
        {
            ["target"] = target.ToString(),
            ["met"] = best is not null,
            ["model"] = results.Conditions.Model,
            ["fingerprint"] = fit.Fingerprint,
            ["provider"] = results.Conditions.Provider,
            ["processor"] = results.Conditions.Processor,
            ["runtime"] = results.Conditions.Runtime,
            ["version"] = results.Conditions.Version,
            ["clock"] = ResultsJson.Clock(results.Clock),
            ["steps"] = results.Steps,
            ["guidance"] = JsonLine.Number(results.Guidance),
            ["heldOutPrompts"] = JsonLine.Array(results.Prompts.Select(p => (JsonNode?)p)),
            ["heldOutSeeds"] = JsonLine.Array(results.Seeds.Select(s => (JsonNode?)s)),
            ["screened"] = screening.Count,
            ["replayedStepsPerSecond"] = JsonLine.Rounded(screening.StepsPerSecond, 0),
            ["agreement"] = Agreement.Of(verified).ToJson(),
            ["measured"] = best is null ? null : Line(best),
            ["front"] = JsonLine.Array(verified.Select(Line)),
        };
        return file;
    }

    /// <summary>The settings that differ from the defaults, and those that a model's family would change: a host must find what was measured.</summary>
    internal static IEnumerable<string> InForce(CachePolicyDescriptor policy, PolicySettings settings)
    {
        var published = policy.Families.SelectMany(f => f.Settings).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return settings.InForce.Where(s => settings.Settings.Contains(s) || published.Contains(NameOf(s)));

        static string NameOf(string setting) => setting[..setting.IndexOf('=', StringComparison.Ordinal)];
    }

    /// <summary>A verified setting: what was measured beside what replay expected.</summary>
    public static JsonObject Line(TunedSetting setting)
    {
        var row = ResultsJson.Row(setting.Results, setting.Row);
        row.Remove("kind");
        row.Remove("label");
        row["expectedSpeedup"] = JsonLine.Rounded(setting.Screened.Speedup, 4);
        row["expectedError"] = JsonLine.Rounded(setting.Screened.Error, 6);
        row["cached"] = JsonLine.Figure(setting.Cached, 4);
        row["expectedCached"] = JsonLine.Figure(setting.Screened.Cached, 4);
        row["pictures"] = setting.Row.Runs.Count;
        return row;
    }

    /// <summary>Settings as a section of configuration.</summary>
    internal static JsonObject Settings(OptionSet options, IEnumerable<string> settings)
    {
        var section = new JsonObject();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var path = setting[..equals].Split('.');
            var holder = section;
            foreach (var part in path[..^1])
            {
                holder[part] ??= new JsonObject();
                holder = (JsonObject)holder[part]!;
            }

            holder[path[^1]] = ValueOf(options.Find(setting[..equals])!.Type.Kind, setting[(equals + 1)..]);
        }

        return section;
    }

    private static JsonNode? ValueOf(OptionKind kind, string value) => value == "null" ? null : kind switch
    {
        OptionKind.Flag => bool.Parse(value),
        OptionKind.WholeNumber or OptionKind.Number => JsonNode.Parse(double.Parse(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)),
        OptionKind.Numbers => JsonLine.Array(value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => ValueOf(OptionKind.Number, v))),
        _ => value,
    };
}
