using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>
/// Runs a comparison. For each picture first a recorded run of every policy, which tells what was computed and how long stages take and warms everything
/// up; then the timed runs, without any recording, in an order that rotates from round to round, with uncached runs among them. Last the controls.
/// </summary>
public sealed class Comparer
{
    /// <summary>Controls take at most half the time of the policies: one run of each where those have two.</summary>
    private const double WithControls = 1.5;

    private readonly IPictureModel _model;
    private readonly ComparisonPlan _plan;
    private readonly Contender[] _contenders;
    private readonly string[] _prompts;
    private readonly List<ControlContender> _controls = [];
    private readonly StageTimes _stageTimes = new();
    private readonly UncachedClock _uncached;
    private readonly RunConditions _conditions;
    private readonly PictureNames _names = new();
    private readonly Dictionary<string, RgbImage> _images = new(StringComparer.Ordinal);
    private readonly List<DrawnPicture> _references = [];

    /// <summary>Prepares a comparison; policies that cannot run on the model and prompts that it cannot draw are refused here.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">What is compared.</param>
    /// <param name="time">The clock that the model uses too.</param>
    /// <exception cref="CachePlanException">A policy cannot run on the model.</exception>
    /// <exception cref="ArgumentException">There is no picture, two policies have one label, or the model cannot draw a prompt.</exception>
    public Comparer(IPictureModel model, ComparisonPlan plan, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(time);
        if (plan.Pictures.Count == 0 || plan.Policies.Select(p => p.Label).Distinct().Count() < plan.Policies.Count)
        {
            throw new ArgumentException("A comparison needs at least one picture, and a label of its own for each policy.", nameof(plan));
        }

        (_model, _plan, _uncached, _conditions) = (model, plan, new UncachedClock(time), RunConditions.Of(model, time));
        _prompts = [.. plan.Pictures.Select(p => p.Prompt).Distinct()];
        Array.ForEach(_prompts, model.Check);
        _contenders =
        [
            new Contender(ComparedKind.Uncached, new ComparedPolicy("uncached", "none", CachePolicy.None), model.Under(CachePolicy.None)),
            .. plan.Policies.Select(p => new Contender(ComparedKind.Policy, p, model.Under(p.Policy))),
        ];
    }

    /// <summary>How many pieces of work there are at most.</summary>
    public int Work
    {
        get
        {
            var timed = _plan.RoundsInForce * (_contenders.Length + ((_contenders.Length - 2) / _plan.BaselineEvery));
            var recorded = (_plan.Pictures.Count + _plan.RecordEvery - 1) / _plan.RecordEvery;
            var controls = _plan.ControlSteps?.Count ?? Math.Max(_contenders.Length + 1, 3);
            return (recorded * _contenders.Length) + (_plan.Pictures.Count * (timed + controls)) + 1;
        }
    }

    /// <summary>The picture of a run.</summary>
    public RgbImage PictureOf(ComparedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return _images[run.Image];
    }

    /// <summary>Compares. When it is stopped, what was finished for every policy is kept.</summary>
    /// <param name="tell">Told what was done, after each piece of work.</param>
    /// <param name="isWhole">Whether it was not stopped.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <param name="budget">Time after which no further picture is begun, or <see langword="null"/>.</param>
    /// <exception cref="OperationCanceledException">Stopped before the first picture of every policy was there.</exception>
    public ComparisonResults Run(Action<string> tell, out bool isWhole, CancellationToken cancellationToken, TimeBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var finished = 0;
        try
        {
            foreach (var steps in _plan.ControlSteps ?? [])
            {
                _controls.Add(new ControlContender(steps));
            }

            for (; finished < _plan.Pictures.Count && (budget?.HasRoom(finished, WithControls) ?? true); finished++)
            {
                Compare(finished, tell, cancellationToken);
                _controls.ForEach(c => RunControl(c, finished, tell, cancellationToken));
                _plan.Progressed?.Invoke(Results(finished + 1));
            }

            TimeUncached(_plan.Pictures[finished - 1], tell, cancellationToken);
            foreach (var steps in _plan.ControlSteps is null ? ControlSteps(Results(finished)) : [])
            {
                var control = new ControlContender(steps);
                for (var picture = 0; picture < finished; picture++)
                {
                    RunControl(control, picture, tell, cancellationToken);
                }

                _controls.Add(control);
            }

            isWhole = true;
        }
        catch (OperationCanceledException) when (finished > 0)
        {
            isWhole = false;
        }

        return Results(finished);
    }

    private void Compare(int index, Action<string> tell, CancellationToken cancellationToken)
    {
        var picture = _plan.Pictures[index];
        if (index % _plan.RecordEvery == 0)
        {
            foreach (var contender in _contenders)
            {
                contender.Recorders.Add(index, Record(contender, picture, cancellationToken));
                tell($"{contender.Policy.Label}: {picture.Prompt}");
            }
        }

        var timings = Array.ConvertAll(_contenders, _ => new List<TimedRun>());
        var drawn = new DrawnPicture[_contenders.Length];
        for (var round = 0; round < _plan.RoundsInForce; round++)
        {
            // The uncached run first, the policies in an order that rotates, and the uncached run again among them where they are many.
            var order = Enumerable.Range(0, _contenders.Length - 1).Select(i => 1 + ((i + index + round) % (_contenders.Length - 1)));
            foreach (var (place, at) in order.Prepend(0).Select((contender, i) => (contender, i)))
            {
                if (at > 1 && (at - 1) % _plan.BaselineEvery == 0)
                {
                    TimeUncached(picture, tell, cancellationToken);
                }

                var contender = _contenders[place];
                drawn[place] = contender.Loop.Draw(picture.Prompt, picture.Seed, _plan.Steps, cancellationToken: cancellationToken);
                var seconds = drawn[place].Elapsed.TotalSeconds;
                if (place == 0)
                {
                    _uncached.Add(seconds);
                }

                timings[place].Add(new TimedRun(seconds, _uncached.Now - (seconds / 2)));
                tell($"{contender.Policy.Label}: {picture.Prompt}, timed");
            }
        }

        _references.Add(drawn[0]);
        for (var i = 0; i < _contenders.Length; i++)
        {
            var contender = _contenders[i];
            contender.Timings.Add(timings[i]);
            contender.Runs.Add(Compared(contender.Policy.Label, index, drawn[i]));
        }
    }

    private RunRecorder Record(Contender contender, PlannedPicture picture, CancellationToken cancellationToken)
    {
        var recorder = new RunRecorder();
        contender.Loop.Draw(picture.Prompt, picture.Seed, _plan.Steps, recorder, cancellationToken);
        _stageTimes.Add(recorder.Stages);
        return recorder;
    }

    private void TimeUncached(PlannedPicture picture, Action<string> tell, CancellationToken cancellationToken)
    {
        var seconds = _contenders[0].Loop.Draw(picture.Prompt, picture.Seed, _plan.Steps, cancellationToken: cancellationToken).Elapsed.TotalSeconds;
        _uncached.Add(seconds);
        tell($"{_contenders[0].Policy.Label}: {picture.Prompt}, timed");
    }

    private void RunControl(ControlContender control, int index, Action<string> tell, CancellationToken cancellationToken)
    {
        var picture = _plan.Pictures[index];
        var drawn = _contenders[0].Loop.Draw(picture.Prompt, picture.Seed, control.Steps, cancellationToken: cancellationToken);
        var evaluations = _model.EvaluationsOf(control.Steps);
        var seconds = drawn.Elapsed.TotalSeconds;
        control.Runs.Add(Compared(control.Label, index, drawn) with
        {
            Timings = [new Timing(seconds, _uncached.At(_uncached.Now - (seconds / 2)))],
            Ideal = (double)_model.EvaluationsOf(_plan.Steps) / evaluations,
            Extents = new ExtentCounts(evaluations, 0, 0),
            Log = EvaluationLog.AllComputed(evaluations),
        });
        tell($"{control.Label}: {picture.Prompt}");
    }

    private ComparedRun Compared(string label, int index, DrawnPicture drawn)
    {
        var (picture, reference) = (_plan.Pictures[index], _references[index]);
        var name = _names.Of(label, Array.IndexOf(_prompts, picture.Prompt), picture.Seed);
        _images[name] = drawn.Image;
        _plan.Save?.Invoke(name, drawn.Image);
        return new ComparedRun(
            picture.Prompt,
            picture.Seed,
            ImageQuality.Psnr(drawn.Planes, reference.Planes),
            ImageQuality.Ssim(drawn.Image, reference.Image),
            RelativeError(drawn.Latent, reference.Latent),
            name,
            [])
        {
            Perceptual = _plan.Perceptual?.Invoke(drawn.Image, reference.Image),
        };
    }

    private static double RelativeError(float[] latent, float[] reference)
    {
        var (difference, magnitude) = (0.0, 0.0);
        for (var i = 0; i < latent.Length; i++)
        {
            difference += Math.Abs((double)latent[i] - reference[i]);
            magnitude += Math.Abs((double)reference[i]);
        }

        return difference == 0 ? 0 : difference / magnitude;
    }

    /// <summary>The numbers of uncached steps that take the policies' times; and half and a quarter of the steps, so that the curve has a shape.</summary>
    private int[] ControlSteps(ComparisonResults results) =>
    [
        .. results.Policies.Select(results.ControlStepsOf)
            .Concat([_plan.Steps / 2, _plan.Steps / 4])
            .Where(s => s >= 1 && s < _plan.Steps)
            .Distinct()
            .OrderDescending(),
    ];

    private ComparisonResults Results(int pictures)
    {
        var costs = _stageTimes.ToCosts(_model.Layout);
        ComparedRow[] rows = [.. _contenders.Select(c => RowOf(c, pictures, costs))];
        return new ComparisonResults(
            _conditions,
            _plan.Steps,
            _plan.Guidance,
            _plan.Pictures,
            ClockQuality.Of([.. _uncached.Seconds], rows.Skip(1).Select(r => r.Realised)),
            [.. rows, .. _controls.Where(c => c.Runs.Count >= pictures).OrderByDescending(c => c.Steps).Select(c => c.Row(pictures))]);
    }

    private ComparedRow RowOf(Contender contender, int pictures, StageCosts costs) =>
        new(contender.Kind, contender.Policy.Label, contender.Policy.Name, _plan.Steps, [.. Enumerable.Range(0, pictures).Select(i => RunOf(contender, i, costs))])
        {
            Options = contender.Policy.Options,
            Settings = contender.Policy.Settings,
        };

    private ComparedRun RunOf(Contender contender, int picture, StageCosts costs)
    {
        var run = contender.Runs[picture] with
        {
            Timings = [.. contender.Timings[picture].Select(t => new Timing(t.Seconds, contender.Kind == ComparedKind.Uncached ? t.Seconds : _uncached.At(t.At)))],
        };
        return contender.Recorders.TryGetValue(picture, out var recorder)
            ? run with
            {
                Ideal = _stageTimes.Sum(_contenders[0].Recorders[picture].Stages) / Math.Max(_stageTimes.Sum(recorder.Stages), double.Epsilon),
                Extents = ExtentCounts.Of(recorder.Evaluations),
                Log = EvaluationLog.Of(recorder.Conditional, contender.Policy.HasTwoStages, _model.Layout, costs),
            }
            : run;
    }

    /// <summary>What takes part, and what it did so far, picture by picture.</summary>
    private sealed class Contender(ComparedKind kind, ComparedPolicy policy, IPictureLoop loop)
    {
        public ComparedKind Kind => kind;

        public ComparedPolicy Policy => policy;

        public IPictureLoop Loop => loop;

        public List<ComparedRun> Runs { get; } = [];

        public List<IReadOnlyList<TimedRun>> Timings { get; } = [];

        public Dictionary<int, RunRecorder> Recorders { get; } = [];
    }

    /// <summary>The uncached loop with fewer steps.</summary>
    private sealed class ControlContender(int steps)
    {
        public int Steps => steps;

        public string Label { get; } = string.Create(CultureInfo.InvariantCulture, $"control, {steps} steps");

        public List<ComparedRun> Runs { get; } = [];

        public ComparedRow Row(int pictures) => new(ComparedKind.Control, Label, "none", steps, [.. Runs.Take(pictures)]);
    }

    /// <summary>How long a run took, and when its middle was.</summary>
    private readonly record struct TimedRun(double Seconds, double At);
}
