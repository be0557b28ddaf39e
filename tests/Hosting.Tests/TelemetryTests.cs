using System.Collections.Concurrent;
using System.Diagnostics;
using CachePolicies.Engine;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CachePolicies.Hosting.Tests;

[Collection(nameof(TelemetryTests))]
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public class TelemetryTests
{
    [Fact]
    public async Task OpenTelemetry_sees_instruments_and_activities()
    {
        using var tiny = new TinyModel();
        var metrics = new MetricExporter();
        var activities = new ActivityExporter();
        using var meters = Sdk.CreateMeterProviderBuilder()
            .AddMeter(CachePoliciesTelemetry.MeterName)
            .AddReader(new BaseExportingMetricReader(metrics))
            .Build();
        using var tracer = Sdk.CreateTracerProviderBuilder()
            .AddSource(CachePoliciesTelemetry.ActivitySourceName)
            .AddProcessor(new SimpleActivityExportProcessor(activities))
            .Build();
        await using var services = new ServiceCollection()
            .AddCachePolicies().AddBlockCache(o => o.Threshold = 50).UseTextToImage(_ => tiny.Model).Services.BuildServiceProvider();

        await services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(new("red pear") { Steps = 10 });
        meters.ForceFlush();
        tracer.ForceFlush();

        // The first step computes six stages in each of two branches; the other nine skip four of them.
        Assert.Equal(
            [("computed", 12 + (9 * 2 * 3)), ("skipped", 9 * 2 * 3)],
            metrics.Sums[CachePoliciesTelemetry.StageDecisions].GroupBy(p => p.Outcome).Select(g => (g.Key, (int)g.Sum(p => p.Value))).OrderBy(p => p.Key));
        Assert.Equal(10, metrics.Counts[CachePoliciesTelemetry.StepDuration]);
        Assert.Equal(1, metrics.Counts[CachePoliciesTelemetry.GenerationDuration]);
        Assert.Equal(1, metrics.Counts[CachePoliciesTelemetry.SpeedUp]);
        Assert.Equal(18, metrics.Counts[CachePoliciesTelemetry.Distance]);
        Assert.True(metrics.Counts[CachePoliciesTelemetry.StageDuration] > 0);
        foreach (var idle in new[] { CachePoliciesTelemetry.Active, CachePoliciesTelemetry.Queued, CachePoliciesTelemetry.FeatureBytes })
        {
            Assert.Equal(0, metrics.Sums[idle].Sum(p => p.Value));
        }

        var generation = Assert.Single(activities.All, a => a.Name == CachePoliciesTelemetry.GenerationActivity);
        Assert.Equal("BlockCache", generation.Policy);
        var steps = activities.All.Where(a => a.Name == CachePoliciesTelemetry.StepActivity).ToArray();
        Assert.Equal(10, steps.Length);
        Assert.All(steps, s => Assert.Equal(generation.Id, s.Parent));
        var stages = activities.All.Where(a => a.Name == CachePoliciesTelemetry.StageActivity).ToArray();
        Assert.All(stages, s => Assert.Contains(steps, step => step.Id == s.Parent));
        Assert.Equal(6, stages.Count(s => s.Parent == steps[0].Id));
    }

    [Fact]
    public async Task Nothing_is_observed_while_nobody_listens()
    {
        using var tiny = new TinyModel();
        await using var services = new ServiceCollection().AddCachePolicies().AddBlockCache().UseTextToImage(_ => tiny.Model).Services.BuildServiceProvider();
        var denoiser = services.GetRequiredService<ICachedDenoiserFactory>().GetDenoiser(tiny.Denoiser);

        using var observation = services.GetRequiredService<IGenerationTelemetry>().Begin(denoiser);

        Assert.Null(observation.Observer);
    }

    [Fact]
    public async Task An_observer_behind_the_telemetry_is_told_everything()
    {
        using var tiny = new TinyModel();
        using var meters = Sdk.CreateMeterProviderBuilder().AddMeter(CachePoliciesTelemetry.MeterName).AddReader(new BaseExportingMetricReader(new MetricExporter())).Build();
        await using var services = new ServiceCollection().AddCachePolicies().AddBlockCache().UseTextToImage(_ => tiny.Model).Services.BuildServiceProvider();
        var denoiser = services.GetRequiredService<ICachedDenoiserFactory>().GetDenoiser(tiny.Denoiser);
        var behind = new Behind();
        using var observation = services.GetRequiredService<IGenerationTelemetry>().Begin(denoiser, behind);
        var observer = observation.Observer!;
        var evaluation = new EvaluationInfo(0, 1, 1, 1);

        observer.EvaluationStarting(evaluation);
        observer.PreludeCompleted(new PreludeRecord(evaluation, "prelude", 1, TimeSpan.Zero));
        observer.StageCompleted(new StageRecord(evaluation, 0, "embed", 1, TimeSpan.Zero));
        observer.EvaluationCompleted(new EvaluationRecord(new LaneInfo(0, GuidanceBranch.Conditional, 1), evaluation, default, 1, [], []));

        Assert.NotSame(behind, observer);
        Assert.Equal(["starting", "prelude", "stage", "completed"], behind.Told);
    }

    private sealed class Behind : IEvaluationObserver
    {
        public List<string> Told { get; } = [];

        public void EvaluationStarting(in EvaluationInfo evaluation) => Told.Add("starting");

        public void PreludeCompleted(in PreludeRecord record) => Told.Add("prelude");

        public void StageCompleted(in StageRecord record) => Told.Add("stage");

        public void EvaluationCompleted(EvaluationRecord record) => Told.Add("completed");
    }

    private sealed class MetricExporter : BaseExporter<Metric>
    {
        public Dictionary<string, List<(string Outcome, long Value)>> Sums { get; } = [];

        public Dictionary<string, long> Counts { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    if (metric.MetricType == MetricType.Histogram)
                    {
                        Counts[metric.Name] = Counts.GetValueOrDefault(metric.Name) + point.GetHistogramCount();
                        continue;
                    }

                    var outcome = "";
                    foreach (var tag in point.Tags)
                    {
                        outcome = tag.Key == CachePoliciesTelemetry.OutcomeTag ? (string)tag.Value! : outcome;
                    }

                    (Sums.TryGetValue(metric.Name, out var sums) ? sums : Sums[metric.Name] = []).Add((outcome, point.GetSumLong()));
                }
            }

            return ExportResult.Success;
        }
    }

    private sealed class ActivityExporter : BaseExporter<Activity>
    {
        public ConcurrentQueue<(string Name, string? Id, string? Parent, string? Policy)> All { get; } = new();

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                All.Enqueue((activity.OperationName, activity.SpanId.ToHexString(), activity.ParentSpanId.ToHexString(), activity.GetTagItem(CachePoliciesTelemetry.PolicyTag) as string));
            }

            return ExportResult.Success;
        }
    }
}
