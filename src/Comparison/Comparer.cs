using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>
/// Runs a comparison: every policy draws every picture, in an order that rotates from picture to picture, so that a machine that drifts favours nobody.
/// Each run is timed and recorded; recording costs a few timestamps per evaluation. What runs first is drawn once before, to warm everything up. Last
/// come the controls.
/// </summary>
public sealed class Comparer
{
    /// <summary>What controls add to the time of the policies, about.</summary>
    private const double WithControls = 1.5;

    private readonly IPictureModel _model;
    private readonly ComparisonPlan _plan;
    private readonly Contender[] _contenders;
    private readonly string[] _prompts;
    private readonly List<ControlContender> _controls = [];
    private readonly StageTimes _stageTimes = new();
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

        (_model, _plan, _conditions) = (model, plan, RunConditions.Of(model, time));
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
            var controls = _plan.ControlSteps?.Count ?? _contenders.Length + 1;
            return _contenders.Length + (_plan.Pictures.Count * ((_plan.RoundsInForce * _contenders.Length) + controls));
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
            _controls.AddRange((_plan.ControlSteps ?? []).Select(steps => new ControlContender(steps)));
            WarmUp(tell, cancellationToken);
            for (; finished < _plan.Pictures.Count && (budget?.HasRoom(finished, WithControls) ?? true); finished++)
            {
                Compare(finished, tell, cancellationToken);
                _controls.ForEach(c => RunControl(c, finished, tell, cancellationToken));
                _plan.Progressed?.Invoke(Results(finished + 1));
            }

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

    private void WarmUp(Action<string> tell, CancellationToken cancellationToken)
    {
        foreach (var contender in _contenders)
        {
            contender.Loop.Draw(_plan.Pictures[0].Prompt, _plan.Pictures[0].Seed, _plan.Steps, new RunRecorder(), cancellationToken);
            tell($"{contender.Policy.Label}: warm-up");
        }
    }

    private void Compare(int index, Action<string> tell, CancellationToken cancellationToken)
    {
        var picture = _plan.Pictures[index];
        var drawn = new DrawnPicture[_contenders.Length];
        var recorders = new RunRecorder[_contenders.Length];
        var timings = Array.ConvertAll(_contenders, _ => new List<double>());
        for (var round = 0; round < _plan.RoundsInForce; round++)
        {
            for (var i = 0; i < _contenders.Length; i++)
            {
                var place = (i + index + round) % _contenders.Length;
                var contender = _contenders[place];
                recorders[place] = new RunRecorder();
                drawn[place] = contender.Loop.Draw(picture.Prompt, picture.Seed, _plan.Steps, recorders[place], cancellationToken);
                _stageTimes.Add(recorders[place].Stages);
                timings[place].Add(drawn[place].Elapsed.TotalSeconds);
                tell($"{contender.Policy.Label}: {picture.Prompt}");
            }
        }

        _references.Add(drawn[0]);
        for (var i = 0; i < _contenders.Length; i++)
        {
            _contenders[i].Pictures.Add(new Drawn(recorders[i], timings[i], QualityOf(drawn[i], index), Keep(_contenders[i].Policy.Label, index, drawn[i].Image)));
        }
    }

    private void RunControl(ControlContender control, int index, Action<string> tell, CancellationToken cancellationToken)
    {
        var picture = _plan.Pictures[index];
        var drawn = _contenders[0].Loop.Draw(picture.Prompt, picture.Seed, control.Steps, cancellationToken: cancellationToken);
        var evaluations = _model.EvaluationsOf(control.Steps);
        var quality = QualityOf(drawn, index);
        control.Runs.Add(new ComparedRun(picture.Prompt, picture.Seed, Keep(control.Label, index, drawn.Image))
        {
            Psnr = quality.Psnr,
            Ssim = quality.Ssim,
            LatentError = quality.LatentError,
            Perceptual = quality.Perceptual,
            Timings = [drawn.Elapsed.TotalSeconds],
            Ideal = (double)_model.EvaluationsOf(_plan.Steps) / evaluations,
            Extents = new ExtentCounts(evaluations, 0, 0),
            Log = EvaluationLog.AllComputed(evaluations),
        });
        tell($"{control.Label}: {picture.Prompt}");
    }

    private Quality QualityOf(DrawnPicture drawn, int index)
    {
        var reference = _references[index];
        return new Quality(
            ImageQuality.Psnr(drawn.Planes, reference.Planes),
            ImageQuality.Ssim(drawn.Image, reference.Image),
            RelativeError(drawn.Latent, reference.Latent),
            _plan.Perceptual?.Invoke(drawn.Image, reference.Image));
    }

    private string Keep(string label, int index, RgbImage image)
    {
        var picture = _plan.Pictures[index];
        var name = _names.Of(label, Array.IndexOf(_prompts, picture.Prompt), picture.Seed);
        _images[name] = image;
        _plan.Save?.Invoke(name, image);
        return name;
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
        double[] uncached = [.. _contenders[0].Pictures.Take(pictures).SelectMany(p => p.Timings)];
        ComparedRow[] rows = [.. _contenders.Select(c => RowOf(c, pictures, uncached, costs))];
        return new ComparisonResults(
            _conditions,
            _plan.Steps,
            _plan.Guidance,
            _plan.Pictures,
            ClockQuality.Of(uncached, rows.Skip(1).Select(r => r.Realised)),
            [.. rows, .. _controls.Where(c => c.Runs.Count >= pictures).OrderByDescending(c => c.Steps).Select(c => c.Row(pictures))]);
    }

    private ComparedRow RowOf(Contender contender, int pictures, IEnumerable<double> uncached, StageCosts costs)
    {
        ComparedRun[] runs = [.. contender.Pictures.Take(pictures).Select((drawn, i) => RunOf(contender, drawn, i, costs))];
        return new ComparedRow(contender.Kind, contender.Policy.Label, contender.Policy.Name, _plan.Steps, runs)
        {
            Options = contender.Policy.Options,
            Settings = contender.Policy.Settings,
            Realised = contender.Kind == ComparedKind.Uncached ? 1 : ClockQuality.RealisedOf(uncached, runs.SelectMany(r => r.Timings, (r, seconds) => (seconds, r.Ideal))),
        };
    }

    private ComparedRun RunOf(Contender contender, Drawn drawn, int index, StageCosts costs) => new(_plan.Pictures[index].Prompt, _plan.Pictures[index].Seed, drawn.Image)
    {
        Psnr = drawn.Quality.Psnr,
        Ssim = drawn.Quality.Ssim,
        LatentError = drawn.Quality.LatentError,
        Perceptual = drawn.Quality.Perceptual,
        Timings = drawn.Timings,
        Ideal = _stageTimes.Sum(_contenders[0].Pictures[index].Recorder.Stages) / _stageTimes.Sum(drawn.Recorder.Stages),
        Extents = ExtentCounts.Of(drawn.Recorder.Evaluations),
        Log = EvaluationLog.Of(drawn.Recorder.Conditional, contender.Policy.HasTwoStages, _model.Layout, costs),
    };

    /// <summary>What takes part, and what it drew so far.</summary>
    private sealed class Contender(ComparedKind kind, ComparedPolicy policy, IPictureLoop loop)
    {
        public ComparedKind Kind => kind;

        public ComparedPolicy Policy => policy;

        public IPictureLoop Loop => loop;

        public List<Drawn> Pictures { get; } = [];
    }

    /// <summary>The uncached loop with fewer steps.</summary>
    private sealed class ControlContender(int steps)
    {
        public int Steps => steps;

        public string Label { get; } = string.Create(CultureInfo.InvariantCulture, $"control, {steps} steps");

        public List<ComparedRun> Runs { get; } = [];

        public ComparedRow Row(int pictures) => new(ComparedKind.Control, Label, "none", steps, [.. Runs.Take(pictures)]);
    }

    /// <summary>A picture that a contender drew; rounds differ in their times alone.</summary>
    private sealed record Drawn(RunRecorder Recorder, IReadOnlyList<double> Timings, Quality Quality, string Image);

    /// <summary>How near a picture is to the uncached one.</summary>
    private sealed record Quality(double Psnr, double Ssim, double LatentError, double? Perceptual);
}
