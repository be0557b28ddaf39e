using System.Diagnostics.Metrics;
using CachePolicies.Engine;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace CachePolicies.Hosting.Tests;

/// <summary>The numbers that each instrument records, on a clock that only stages move.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryValueTests : IDisposable
{
    private const int Steps = 10;
    private const double Tolerance = 1e-6;

    /// <summary>What each stage takes, in seconds.</summary>
    private static readonly double[] Costs = [0.001, 0.002, 0.003, 0.004, 0.005, 0.006];

    /// <summary>The block cache computes everything once and from then on the embedding, the probe and the head.</summary>
    private static readonly int[] Cached = [0, 1, 5];

    private readonly TinyModel _tiny = new();
    private readonly StageClock _clock = new();
    private readonly ServiceProvider _services;
    private int _calls;

    public TelemetryValueTests()
    {
        _tiny.BeforeStage = () =>
        {
            var call = _calls++ % (Costs.Length + ((Steps - 1) * Cached.Length));
            _clock.Advance(Costs[call < Costs.Length ? call : Cached[(call - Costs.Length) % Cached.Length]]);
        };
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_clock)
            .AddCachePolicies().AddBlockCache(o => o.Threshold = 50).UseTextToImage(_ => _tiny.Model).Services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _tiny.Dispose();
    }

    [Fact(Timeout = 300_000)]
    public async Task Durations_are_those_of_the_clock()
    {
        var recorded = await RunAsync();

        var first = Costs.Sum();
        var cached = Cached.Sum(stage => Costs[stage]);
        Equal([first, .. Enumerable.Repeat(cached, Steps - 1)], recorded.Of(CachePoliciesTelemetry.StepDuration));
        Equal([first + ((Steps - 1) * cached)], recorded.Of(CachePoliciesTelemetry.GenerationDuration));
        string[] stages = ["embed", "double1", "double2", "single1", "singles", "head"];
        for (var stage = 0; stage < stages.Length; stage++)
        {
            Equal(
                Enumerable.Repeat(Costs[stage], Cached.Contains(stage) ? Steps : 1),
                recorded.All.Where(m => m.Instrument == CachePoliciesTelemetry.StageDuration && m.Tag(CachePoliciesTelemetry.StageTag) == stages[stage]).Select(m => m.Value));
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task The_speed_up_is_what_everything_would_have_taken_over_what_was_spent()
    {
        var recorded = await RunAsync();

        var everything = Steps * Costs.Sum();
        var spent = Costs.Sum() + ((Steps - 1) * Cached.Sum(stage => Costs[stage]));
        Equal([everything / spent], recorded.Of(CachePoliciesTelemetry.SpeedUp));
    }

    [Fact(Timeout = 300_000)]
    public async Task Distances_are_those_that_the_decisions_tell()
    {
        var recorded = await RunAsync();

        Equal(recorded.Decisions.SelectMany(d => d.Distances).Where(d => float.IsFinite(d.Distance)).Select(d => (double)d.Distance), recorded.Of(CachePoliciesTelemetry.Distance));
        Assert.Equal(2 * (Steps - 1), recorded.Of(CachePoliciesTelemetry.Distance).Count());
        Assert.True(recorded.Of(CachePoliciesTelemetry.Distance).Distinct().Count() > 2, "distances differ");
    }

    [Fact(Timeout = 300_000)]
    public async Task Stages_are_counted_for_each_lane_by_stage_and_outcome()
    {
        var recorded = await RunAsync();

        double Count(string stage, string outcome) => recorded.All
            .Where(m => m.Instrument == CachePoliciesTelemetry.StageDecisions && m.Tag(CachePoliciesTelemetry.StageTag) == stage && m.Tag(CachePoliciesTelemetry.OutcomeTag) == outcome)
            .Sum(m => m.Value);
        foreach (var stage in new[] { "embed", "double1", "head" })
        {
            Assert.Equal((2 * Steps, 0), (Count(stage, "computed"), Count(stage, "skipped")));
        }

        foreach (var stage in new[] { "double2", "single1", "singles" })
        {
            Assert.Equal((2, 2 * (Steps - 1)), (Count(stage, "computed"), Count(stage, "skipped")));
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Every_measurement_names_its_policy()
    {
        var recorded = await RunAsync();

        Assert.All(recorded.All, m => Assert.Equal("BlockCache", m.Tag(CachePoliciesTelemetry.PolicyTag)));
    }

    [Fact(Timeout = 300_000)]
    public async Task While_a_generation_runs_it_is_active_and_its_bytes_are_held()
    {
        Recorded? during = null;
        var advance = _tiny.BeforeStage!;
        _tiny.BeforeStage = () =>
        {
            advance();
            during ??= Observe();
        };
        await RunAsync();
        var after = Observe();

        Assert.Equal(1, during!.Of(CachePoliciesTelemetry.Active).Single());
        Assert.Equal(0, during.Of(CachePoliciesTelemetry.Queued).Single());
        var bytes = during.All.Single(m => m.Instrument == CachePoliciesTelemetry.FeatureBytes);
        Assert.True(bytes.Value > 0);
        Assert.Equal(_tiny.Denoiser.Backend.Name, bytes.Tag(CachePoliciesTelemetry.BackendTag));
        Assert.Equal([0.0, 0, 0], new[] { CachePoliciesTelemetry.Active, CachePoliciesTelemetry.Queued, CachePoliciesTelemetry.FeatureBytes }.Select(i => after.Of(i).Single()));
    }

    [Fact(Timeout = 300_000)]
    public async Task What_waits_for_its_turn_is_queued()
    {
        var generator = _services.GetRequiredService<ITextToImageGenerator>();
        Task? second = null;
        double queued = 0;
        _tiny.BeforeStage = () =>
        {
            second ??= Task.Run(() => generator.GenerateImageAsync(new("red apple") { Steps = 1 }));
            SpinWait.SpinUntil(() => queued > 0 || (queued = Observe().Of(CachePoliciesTelemetry.Queued).Single()) > 0, Patience.Limit);
        };
        await generator.GenerateImageAsync(new("red pear") { Steps = 1 });
        await second!;

        Assert.Equal((1, 0), (queued, Observe().Of(CachePoliciesTelemetry.Queued).Single()));
    }

    [Fact(Timeout = 300_000)]
    public async Task Durations_of_real_models_spread_over_the_buckets()
    {
        var buckets = new BucketExporter();
        using (var meters = Sdk.CreateMeterProviderBuilder().AddMeter(CachePoliciesTelemetry.MeterName).AddReader(new BaseExportingMetricReader(buckets)).Build())
        {
            await RunAsync();
            meters.ForceFlush();
        }

        // Steps of 9 and 21 ms, stages of 1 to 6 ms, a generation of 102 ms, twice as fast as without a cache.
        Assert.Equal([(0.01, 9), (0.025, 1)], buckets.Filled(CachePoliciesTelemetry.StepDuration));
        Assert.Equal([(0.25, 1)], buckets.Filled(CachePoliciesTelemetry.GenerationDuration));
        Assert.Equal([(2.5, 1)], buckets.Filled(CachePoliciesTelemetry.SpeedUp));
        Assert.True(buckets.Filled(CachePoliciesTelemetry.StageDuration).Count() >= 3);
        Assert.True(buckets.Filled(CachePoliciesTelemetry.Distance).Count() >= 2);
    }

    private static void Equal(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Assert.Equal(expected.Select(v => Math.Round(v / Tolerance)), actual.Select(v => Math.Round(v / Tolerance)));

    private async Task<Recorded> RunAsync()
    {
        using var recorded = new Recorded(_services);
        await foreach (var update in _services.GetRequiredService<ITextToImageGenerator>().GenerateAsync(new("red pear") { Steps = Steps, ReportDecisions = true }))
        {
            if (update is TextToImageProgress progress)
            {
                recorded.Decisions.AddRange(progress.Decisions);
            }
        }

        return recorded;
    }

    private Recorded Observe()
    {
        using var recorded = new Recorded(_services);
        recorded.Observe();
        return recorded;
    }

    /// <summary>What the instruments of one host recorded, in order.</summary>
    private sealed class Recorded : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<Measured> _all = [];

        public Recorded(IServiceProvider services)
        {
            var factory = services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == CachePoliciesTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public List<EvaluationRecord> Decisions { get; } = [];

        public IReadOnlyList<Measured> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        public IEnumerable<double> Of(string instrument) => All.Where(m => m.Instrument == instrument).Select(m => m.Value);

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_all)
            {
                _all.Add(new Measured(instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value as string)));
            }
        }
    }

    private sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, string?> Tags)
    {
        public string? Tag(string name) => Tags.GetValueOrDefault(name);
    }

    /// <summary>Moves only when it is told to.</summary>
    private sealed class StageClock : TimeProvider
    {
        private long _nanoseconds;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Interlocked.Read(ref _nanoseconds);

        public void Advance(double seconds) => Interlocked.Add(ref _nanoseconds, (long)Math.Round(seconds * TimestampFrequency));
    }

    private sealed class BucketExporter : BaseExporter<Metric>
    {
        private readonly Dictionary<string, Dictionary<double, long>> _buckets = [];

        /// <summary>The upper bounds of the buckets that are not empty, with what is in them.</summary>
        public IEnumerable<(double Bound, long Count)> Filled(string instrument) => _buckets[instrument].Where(b => b.Value > 0).OrderBy(b => b.Key).Select(b => (b.Key, b.Value));

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                if (metric.MetricType != MetricType.Histogram)
                {
                    continue;
                }

                // Each export tells everything since the start.
                var buckets = _buckets[metric.Name] = [];
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    foreach (var bucket in point.GetHistogramBuckets())
                    {
                        buckets[bucket.ExplicitBound] = buckets.GetValueOrDefault(bucket.ExplicitBound) + bucket.BucketCount;
                    }
                }
            }

            return ExportResult.Success;
        }
    }
}
