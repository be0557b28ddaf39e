using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>The instruments. Nothing is recorded, and no observer made, while nobody listens.</summary>
internal sealed class GenerationTelemetry : IGenerationTelemetry, IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _stages;
    private readonly Histogram<double> _distance;
    private readonly Histogram<double> _step;
    private readonly Histogram<double> _stage;
    private readonly Histogram<double> _generation;
    private readonly Histogram<double> _speedUp;
    private readonly ConcurrentDictionary<IDenoiserBackend, KeyValuePair<string, object?>> _backends = new();
    private readonly TimeProvider _time;

    public GenerationTelemetry(IMeterFactory meters, GenerationGate gate, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(CachePoliciesTelemetry.MeterName);
        _stages = _meter.CreateCounter<long>(CachePoliciesTelemetry.StageDecisions, "{stage}", "Stages that were computed or skipped, for each lane.");
        _distance = _meter.CreateHistogram<double>(CachePoliciesTelemetry.Distance, "1", "Distances that policies measured.", tags: null, HistogramBuckets.Distance);
        _step = _meter.CreateHistogram<double>(CachePoliciesTelemetry.StepDuration, "s", "Duration of an evaluation of the denoiser, checks and the sampler's update included.", tags: null, HistogramBuckets.Step);
        _stage = _meter.CreateHistogram<double>(CachePoliciesTelemetry.StageDuration, "s", "Duration of a stage that was computed.", tags: null, HistogramBuckets.Step);
        _generation = _meter.CreateHistogram<double>(CachePoliciesTelemetry.GenerationDuration, "s", "Duration of a generation, from the first evaluation to the last.", tags: null, HistogramBuckets.Generation);
        _speedUp = _meter.CreateHistogram<double>(CachePoliciesTelemetry.SpeedUp, "1", "Estimated speed-up of a generation: every stage at its mean duration, over what was spent.", tags: null, HistogramBuckets.SpeedUp);
        _meter.CreateObservableUpDownCounter(CachePoliciesTelemetry.Active, () => gate.Running, "{generation}", "Generations that run.");
        _meter.CreateObservableUpDownCounter(CachePoliciesTelemetry.Queued, () => gate.Waiting, "{generation}", "Generations that wait for their turn.");
        _meter.CreateObservableUpDownCounter(
            CachePoliciesTelemetry.FeatureBytes,
            () => _backends.Select(b => new Measurement<long>(b.Key.Statistics.LiveBytes, b.Value)),
            "By",
            "Bytes of features that somebody holds.");
    }

    public IGenerationObservation Begin(CachedDenoiser denoiser, IEvaluationObserver? inner = null, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        _backends.GetOrAdd(denoiser.Denoiser.Backend, static b => new(CachePoliciesTelemetry.BackendTag, b.Name));
        var activity = CachePoliciesTelemetry.Source.StartActivity(CachePoliciesTelemetry.GenerationActivity);
        var listens = _stages.Enabled || _distance.Enabled || _step.Enabled || _stage.Enabled || _speedUp.Enabled || activity is not null;
        activity?.SetTag(CachePoliciesTelemetry.PolicyTag, denoiser.Policy.Name);
        activity?.SetTag(CachePoliciesTelemetry.ModelTag, model ?? denoiser.Denoiser.Layout.Name);
        if (activity is not null && denoiser.Plan.Notes is { IsEmpty: false } notes)
        {
            activity.SetTag(CachePoliciesTelemetry.NotesTag, string.Join(" ", notes));
        }

        return new Observation(this, denoiser, model ?? denoiser.Denoiser.Layout.Name, activity, listens, inner);
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>One generation under observation.</summary>
    private sealed class Observation : DelegatingEvaluationObserver, IGenerationObservation
    {
        private readonly GenerationTelemetry _owner;
        private readonly CachedDenoiser _denoiser;
        private readonly Activity? _activity;
        private readonly KeyValuePair<string, object?> _policy;
        private readonly KeyValuePair<string, object?> _model;
        private readonly GenerationTally? _tally;
        private Activity? _stepActivity;
        private long? _stepBegan;

        public Observation(GenerationTelemetry owner, CachedDenoiser denoiser, string model, Activity? activity, bool listens, IEvaluationObserver? inner)
            : base(inner)
        {
            (_owner, _denoiser, _activity) = (owner, denoiser, activity);
            _policy = new(CachePoliciesTelemetry.PolicyTag, denoiser.Policy.Name);
            _model = new(CachePoliciesTelemetry.ModelTag, model);
            _tally = listens ? new GenerationTally(denoiser.Denoiser.Layout.Stages.Length) : null;
            Observer = listens ? this : inner;
        }

        public IEvaluationObserver? Observer { get; }

        public override void EvaluationStarting(in EvaluationInfo evaluation)
        {
            EndStep();
            _stepBegan = _owner._time.GetTimestamp();
            _stepActivity = _activity is null ? null : CachePoliciesTelemetry.Source.StartActivity(CachePoliciesTelemetry.StepActivity, ActivityKind.Internal, _activity.Context);
            _stepActivity?.SetTag(CachePoliciesTelemetry.StepTag, evaluation.Index);
            base.EvaluationStarting(evaluation);
        }

        public override void StageCompleted(in StageRecord record)
        {
            _tally?.Add(record);
            _owner._stage.Record(record.Elapsed.TotalSeconds, _policy, _model, new(CachePoliciesTelemetry.StageTag, record.Name));
            if (_stepActivity is not null)
            {
                var end = _owner._time.GetUtcNow();
                using var stage = CachePoliciesTelemetry.Source.StartActivity(
                    CachePoliciesTelemetry.StageActivity, ActivityKind.Internal, _stepActivity.Context, [new(CachePoliciesTelemetry.StageTag, record.Name)], startTime: end - record.Elapsed);
                stage?.SetEndTime(end.UtcDateTime);
            }

            base.StageCompleted(record);
        }

        public override void EvaluationCompleted(EvaluationRecord record)
        {
            _tally?.Add(record);
            CountStages(record);
            foreach (var distance in record.Distances)
            {
                if (float.IsFinite(distance.Distance))
                {
                    _owner._distance.Record(distance.Distance, _policy, _model, new(CachePoliciesTelemetry.MeasurementTag, distance.Key.Name));
                }
            }

            base.EvaluationCompleted(record);
        }

        public void Succeed(TimeSpan elapsed)
        {
            EndStep();
            _owner._generation.Record(elapsed.TotalSeconds, _policy, _model);
            if (_owner._speedUp.Enabled && _tally?.SpeedUp() is { } speedUp)
            {
                _owner._speedUp.Record(speedUp, _policy, _model);
            }

            _activity?.SetStatus(ActivityStatusCode.Ok);
        }

        public void Dispose()
        {
            _stepActivity?.Dispose();
            _activity?.Dispose();
        }

        private void EndStep()
        {
            if (_stepBegan is { } began)
            {
                _owner._step.Record(_owner._time.GetElapsedTime(began).TotalSeconds, _policy, _model);
                _stepBegan = null;
            }

            _stepActivity?.Dispose();
            _stepActivity = null;
        }

        private void CountStages(EvaluationRecord record)
        {
            var stages = _denoiser.Denoiser.Layout.Stages;
            for (var i = 0; i < stages.Length; i++)
            {
                var computed = record.ComputedStages.Contains(i);
                _owner._stages.Add(1, _policy, _model, new(CachePoliciesTelemetry.StageTag, stages[i].Name), new(CachePoliciesTelemetry.OutcomeTag, computed ? "computed" : "skipped"));
            }
        }
    }
}
