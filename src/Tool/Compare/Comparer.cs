using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary>
/// Runs a comparison. For each prompt and seed first a recorded run of every policy, which gives the picture, the decisions and the stages' durations and
/// warms everything up; then a timed run of each without any recording, in an order that rotates from picture to picture, so that a drifting machine
/// favours nobody. Last the controls, with the numbers of steps that take the policies' times.
/// </summary>
internal sealed class Comparer
{
    /// <summary>Controls take at the most half the time of the policies: one run of each where those have two.</summary>
    private const double WithControls = 1.5;

    private readonly ModelSession _session;
    private readonly SamplingSettings _how;
    private readonly (int Prompt, PictureRequest Picture)[] _cells;
    private readonly IReadOnlyList<string> _prompts;
    private readonly IReadOnlyList<long> _seeds;
    private readonly Contender[] _contenders;
    private readonly StageTimes _stageTimes = new();
    private readonly Dictionary<string, RgbImage> _images = new(StringComparer.Ordinal);
    private readonly Action<string, RgbImage> _save;
    private readonly PerceptualDistance? _perceptual;

    /// <summary>Prepares a comparison; policies that cannot run on the model and prompts that it cannot draw are refused here.</summary>
    /// <param name="session">The model.</param>
    /// <param name="how">How pictures are sampled.</param>
    /// <param name="prompts">What is drawn.</param>
    /// <param name="seeds">The seeds of each prompt.</param>
    /// <param name="policies">What is compared with the uncached run.</param>
    /// <param name="save">Keeps a picture under a name.</param>
    /// <param name="perceptual">A further distance of pictures, or <see langword="null"/>.</param>
    public Comparer(
        ModelSession session,
        SamplingSettings how,
        IReadOnlyList<string> prompts,
        IReadOnlyList<long> seeds,
        IReadOnlyList<PolicySettings> policies,
        Action<string, RgbImage> save,
        PerceptualDistance? perceptual = null)
    {
        (_session, _how, _prompts, _seeds, _save, _perceptual) = (session, how, prompts, seeds, save, perceptual);
        _cells =
        [
            .. from prompt in Enumerable.Range(0, prompts.Count)
               from seed in seeds
               select (prompt, new PictureRequest(prompts[prompt], how.Style, seed, how.Steps, how.Guidance)),
        ];
        foreach (var (_, picture) in _cells)
        {
            session.Request(picture);
        }

        var none = PolicySettings.Create("none", [], "uncached");
        _contenders =
        [
            new Contender(ComparedKind.Uncached, none, session.Under(none.Policy)),
            .. policies.Select(p => new Contender(ComparedKind.Policy, p, session.Under(p.Policy))),
        ];
    }

    /// <summary>How many pieces of work there are at the most.</summary>
    public int Work => _cells.Length * ((2 * _contenders.Length) + Math.Max(_contenders.Length - 1, 3));

    /// <summary>The picture of a run.</summary>
    public RgbImage PictureOf(ComparedRun run) => _images[run.Image];

    /// <summary>Compares. When it is stopped, what was finished for every policy is kept.</summary>
    /// <param name="tell">Told what was done, after each piece of work.</param>
    /// <param name="isWhole">Whether it was not stopped.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    /// <param name="budget">Time after which no further picture is begun, or <see langword="null"/>.</param>
    /// <exception cref="OperationCanceledException">Stopped before the first picture of every policy was there.</exception>
    public ComparisonResults Run(Action<string> tell, out bool isWhole, CancellationToken cancellationToken, TimeBudget? budget = null)
    {
        var finished = 0;
        List<ComparedRow> controls = [];
        try
        {
            for (; finished < _cells.Length && (budget?.HasRoom(finished, WithControls) ?? true); finished++)
            {
                CompareCell(finished, tell, cancellationToken);
            }

            var sofar = Results(finished, []);
            foreach (var steps in ControlSteps(sofar))
            {
                controls.Add(RunControl(steps, finished, tell, cancellationToken));
            }

            isWhole = true;
        }
        catch (OperationCanceledException) when (finished > 0)
        {
            isWhole = false;
        }

        return Results(finished, controls);
    }

    private void CompareCell(int cell, Action<string> tell, CancellationToken cancellationToken)
    {
        var (prompt, picture) = _cells[cell];
        GeneratedPicture? reference = null;
        foreach (var contender in _contenders)
        {
            var recorder = new RunRecorder();
            var made = _session.Generate(contender.Loop, picture, recorder, cancellationToken: cancellationToken);
            _stageTimes.Add(recorder.Stages);
            contender.Stages.Add(recorder.Stages);
            contender.Latents.Add(reference is null ? made.Latent : []);
            reference ??= made;
            if (contender.Kind == ComparedKind.Uncached)
            {
                contender.Planes.Add(made.Planes);
            }

            var trace = ReplayedRun.Of(recorder.Conditional, contender.Policy.Entry, _session.Layout, _stageTimes.ToCosts(_session.Layout));
            contender.Runs.Add(Compared(prompt, picture, made, reference, trace, Keep(contender.Policy.Label, prompt, picture.Seed, made.Image)));
            tell($"{contender.Policy.Label}: {picture.Prompt}");
        }

        for (var i = 0; i < _contenders.Length; i++)
        {
            var contender = _contenders[(i + cell) % _contenders.Length];
            var timed = _session.Generate(contender.Loop, picture, cancellationToken: cancellationToken);
            contender.Runs[cell] = contender.Runs[cell] with { Seconds = timed.Elapsed.TotalSeconds };
            tell($"{contender.Policy.Label}: {picture.Prompt}, timed");
        }
    }

    private ComparedRow RunControl(int steps, int cells, Action<string> tell, CancellationToken cancellationToken)
    {
        var uncached = _contenders[0];
        var label = string.Create(CultureInfo.InvariantCulture, $"control, {steps} steps");
        var runs = new List<ComparedRun>();
        for (var cell = 0; cell < cells; cell++)
        {
            var (prompt, picture) = _cells[cell];
            var made = _session.Generate(uncached.Loop, picture with { Steps = steps }, cancellationToken: cancellationToken);
            var reference = new GeneratedPicture(_images[uncached.Runs[cell].Image], uncached.Planes[cell], uncached.Latents[cell], default);
            var evaluations = _session.Model.Sampler.CreateSchedule(steps).Evaluations.Length;
            var ideal = (double)_session.Model.Sampler.CreateSchedule(_how.Steps).Evaluations.Length / evaluations;
            var trace = ReplayedRun.AllComputed(evaluations);
            runs.Add(Compared(prompt, picture, made, reference, trace, Keep(label, prompt, picture.Seed, made.Image)) with { Seconds = made.Elapsed.TotalSeconds, Ideal = ideal });
            tell($"{label}: {picture.Prompt}");
        }

        return new ComparedRow(ComparedKind.Control, label, "none", [], steps, runs);
    }

    private ComparedRun Compared(int prompt, PictureRequest picture, GeneratedPicture made, GeneratedPicture reference, ReplayedRun trace, string image) => new(
        prompt,
        picture.Seed,
        made.Elapsed.TotalSeconds,
        1,
        ImageQuality.Psnr(made.Planes, reference.Planes),
        ImageQuality.Ssim(made.Image, reference.Image),
        RelativeError(made.Latent, reference.Latent),
        trace,
        image)
    {
        Perceptual = _perceptual?.Between(made.Image, reference.Image),
    };

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
        .. results.Policies.Select(results.ControlSteps)
            .Concat([_how.Steps / 2, _how.Steps / 4])
            .Where(s => s >= 1 && s < _how.Steps)
            .Distinct()
            .OrderDescending(),
    ];

    private ComparisonResults Results(int cells, IEnumerable<ComparedRow> controls)
    {
        var uncached = _contenders[0];
        ComparedRun Timed(Contender contender, int cell) =>
            contender.Runs[cell] with { Ideal = _stageTimes.Sum(uncached.Stages[cell]) / Math.Max(_stageTimes.Sum(contender.Stages[cell]), double.Epsilon) };
        return new ComparisonResults(
            _session.Layout.Name,
            _session.Layout.Fingerprint,
            _session.Provider,
            _how.Steps,
            _how.Guidance,
            _prompts,
            _seeds,
            [
                .. _contenders.Select(c => new ComparedRow(
                    c.Kind, c.Policy.Label, c.Policy.Entry.Name, c.Policy.Settings, _how.Steps, [.. Enumerable.Range(0, cells).Select(cell => Timed(c, cell))])),
                .. controls,
            ]);
    }

    private string Keep(string label, int prompt, long seed, RgbImage image)
    {
        var safe = string.Concat(label.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        var name = string.Create(CultureInfo.InvariantCulture, $"images/{safe}-{prompt + 1}-{seed}.png");
        _images[name] = image;
        _save(name, image);
        return name;
    }

    /// <summary>What takes part, and what it did so far, picture by picture.</summary>
    private sealed class Contender(ComparedKind kind, PolicySettings policy, DenoisingLoop loop)
    {
        public ComparedKind Kind => kind;

        public PolicySettings Policy => policy;

        public DenoisingLoop Loop => loop;

        public List<ComparedRun> Runs { get; } = [];

        public List<IReadOnlyList<StageRecord>> Stages { get; } = [];

        /// <summary>Of the uncached run alone: what controls are held against.</summary>
        public List<float[]> Latents { get; } = [];

        /// <summary>Of the uncached run alone.</summary>
        public List<float[]> Planes { get; } = [];
    }
}
