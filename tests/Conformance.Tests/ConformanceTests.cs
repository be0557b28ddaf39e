using System.Collections.Immutable;
using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Traces;

namespace CachePolicies.Conformance.Tests;

/// <summary>
/// What the published implementations decided, decided again by the engine: the recorded features are played back, step by step, and decisions must
/// be equal, scalars within the tolerance that an honest float32 implementation meets.
/// </summary>
public class ConformanceTests
{
    private const double Tolerance = 1e-4;
    private const double AccumulatedTolerance = 1e-3;
    private const double CancellationTolerance = 2e-3;

    public static TheoryData<string> Cases => [.. ConformanceCase.All.Keys];

    [Fact]
    public void There_are_cases_for_every_published_policy() => Assert.Equal(
        ["blockcache", "dicache", "h2cache", "teacache"], ConformanceCase.All.Values.Select(c => c.Policy).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decides_and_measures_as_published(string name)
    {
        var expected = ConformanceCase.All[name];
        using var backend = new CpuBackend();
        using var trace = TraceReader.Open(Path.Combine(ConformanceCase.Folder, expected.Trace));
        var replayed = new TraceDenoiser(trace, backend);

        var records = replayed.Replay(expected.CreatePolicy());

        Assert.Equal(expected.Decisions, string.Concat(records.Select(r => LetterOf(r, replayed.Denoiser.Layout, expected.Policy))));
        Compare("distance", expected.Distance, records, r => Distance(r, expected.Policy), IsDifference(expected) ? CancellationTolerance : Tolerance);
        Compare("accumulated", expected.Accumulated, records, Accumulated, expected.Policy == "dicache" ? AccumulatedTolerance : Tolerance);
        Compare("gamma", expected.Gamma, records, Gamma, AccumulatedTolerance);
        Compare("structureDistance", expected.StructureDistance, records, r => Measured(r, "structure"), Tolerance);
        Compare("detailDistance", expected.DetailDistance, records, r => Measured(r, "detail"), Tolerance);
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    private static bool IsDifference(ConformanceCase c) => c.Options.TryGetProperty("ErrorMetric", out var metric) && metric.GetString() == "ProbeMinusInput";

    /// <summary>H2-Cache: C all computed, d detail reused, h both reused; the others: C all computed, r reused.</summary>
    private static char LetterOf(EvaluationRecord record, DenoiserLayout layout, string policy)
    {
        var structure = record.ComputedStages.Contains(layout.StagesBetween(BoundaryRole.StructureProbe, BoundaryRole.Structure));
        var detail = record.ComputedStages.Contains(layout.StagesBetween(BoundaryRole.DetailProbe, BoundaryRole.Detail));
        return (policy == "h2cache", structure, detail) switch
        {
            (_, true, true) => 'C',
            (true, true, false) => 'd',
            (true, false, false) => 'h',
            (false, _, false) => 'r',
            _ => '?',
        };
    }

    private static double? Distance(EvaluationRecord record, string policy)
    {
        var decided = record.Checks.Any(c => c.Decision.Value is not null);
        return (decided, policy) switch
        {
            (false, _) => null,
            (_, "dicache") when Measured(record, "input") is { } input => Math.Abs((double)(float)Measured(record, "probe")! - (float)input),
            (_, "dicache") => Measured(record, "probe"),
            (_, "teacache") => Measured(record, "modulated"),
            _ => Measured(record, "first-block"),
        };
    }

    private static double? Accumulated(EvaluationRecord record) =>
        record.Checks.FirstOrDefault(c => c.Decision.IsAccumulated)?.Decision.Value is { } value && double.IsFinite(value) ? value : null;

    private static double? Gamma(EvaluationRecord record) => record.Checks.FirstOrDefault(c => c.Taken)?.Diagnostic;

    /// <summary>What was measured, or <see langword="null"/> where nothing was or no reference existed.</summary>
    private static double? Measured(EvaluationRecord record, string key)
    {
        foreach (var distance in record.Distances)
        {
            if (distance.Key.Name == key)
            {
                return float.IsPositiveInfinity(distance.Distance) ? null : distance.Distance;
            }
        }

        return null;
    }

    private static void Compare(string what, double?[]? expected, ImmutableArray<EvaluationRecord> records, Func<EvaluationRecord, double?> actual, double tolerance)
    {
        for (var step = 0; step < expected?.Length; step++)
        {
            var found = actual(records[step]);
            var same = (expected[step], found) switch
            {
                (null, null) => true,
                ({ } e, _) when double.IsNaN(e) && what == "gamma" => true,
                ({ } e, null) => double.IsInfinity(e),
                ({ } e, { } f) => e.Equals(f) || Math.Abs(e - f) <= tolerance * Math.Abs(e),
                _ => false,
            };
            Assert.True(same, $"{what} of step {step} is {found?.ToString("R") ?? "not measured"}; expected is {expected[step]?.ToString("R") ?? "not measured"} within {tolerance} relative");
        }
    }
}
