using System.Globalization;
using System.Text.Json;

namespace CachePolicies.Tool.Tests;

public sealed class ReplayConformanceTests
{
    public static TheoryData<string> Runs => [.. Cases.Keys];

    private static Dictionary<string, JsonElement> Cases { get; } = File.ReadLines(Path.Combine(ToolRun.CasesFolder, "cases.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .ToDictionary(c => c.GetProperty("run").GetString()!);

    [Fact]
    public void There_are_cases_of_every_policy() => Assert.Equal(4, Cases.Values.Select(c => c.GetProperty("policy").GetString()).Distinct().Count());

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task The_verb_takes_the_decisions_of_the_published_code(string name)
    {
        var recorded = Cases[name];
        List<string> arguments =
        [
            "replay", "--json",
            "--trace", Path.Combine(ToolRun.CasesFolder, recorded.GetProperty("trace").GetString()!),
            "--policy", recorded.GetProperty("policy").GetString()!,
        ];
        foreach (var option in recorded.GetProperty("options").EnumerateObject())
        {
            arguments.Add("-o");
            arguments.Add($"{option.Name}={ValueOf(option.Value)}");
        }

        var run = await ToolRun.Of([.. arguments]);

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        var lines = run.Json();
        var expected = recorded.GetProperty("decisions").GetString()!;
        Assert.Equal(expected, lines[^1].GetProperty("decisions").GetString());
        Assert.Equal(expected, string.Concat(lines.SkipLast(1).Select(l => l.GetProperty("letter").GetString())));
        CompareNumbers(recorded, lines);
    }

    private static void CompareNumbers(JsonElement recorded, IReadOnlyList<JsonElement> lines)
    {
        var isDiCache = recorded.GetProperty("policy").GetString() == "dicache";
        var isDifference = recorded.GetProperty("options").TryGetProperty("ErrorMetric", out var metric) && metric.GetString() == "ProbeMinusInput";
        foreach (var (field, place, key, tolerance) in new[]
        {
            ("distance", "", "distance", isDifference ? 2e-3 : 1e-4),
            ("accumulated", "", "accumulated", isDiCache ? 2e-3 : 1e-4),
            ("structureDistance", "first", "distance", 1e-4),
            ("detailDistance", "second", "distance", 1e-4),
        })
        {
            if (!recorded.TryGetProperty(field, out var expected))
            {
                continue;
            }

            for (var step = 0; step < expected.GetArrayLength(); step++)
            {
                if (expected[step].ValueKind == JsonValueKind.Number)
                {
                    var checks = lines[step].GetProperty("checks");
                    var check = checks[place == "second" ? 1 : 0].GetProperty(key);
                    Assert.True(check.ValueKind == JsonValueKind.Number, $"step {step} lacks its {field}: {lines[step]}");
                    Assert.Equal(1, check.GetDouble() / expected[step].GetDouble(), tolerance);
                }
            }
        }
    }

    private static string ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(ValueOf)),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
