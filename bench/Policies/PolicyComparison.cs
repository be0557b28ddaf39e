using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy with settings, as a row of a comparison.</summary>
/// <param name="Policy">Which policy.</param>
/// <param name="Settings">Its settings, for the table.</param>
/// <param name="Instance">The policy itself.</param>
/// <param name="IsPlain">Whether it reuses plainly and forces no step that its paper does not force.</param>
internal sealed record SweepEntry(string Policy, string Settings, ICachePolicy Instance, bool IsPlain = false);

/// <summary>What the prompts so far say of an entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Extents">How much was computed.</param>
/// <param name="Speedup">Over the uncached loop: the median of the prompts' ratios.</param>
/// <param name="Realised">The speed-up over the one that the times of the stages alone allow.</param>
/// <param name="Psnr">Against the uncached pictures: means in decibels.</param>
/// <param name="Least">The worst picture's.</param>
/// <param name="ControlSteps">How many uncached steps take the same time.</param>
/// <param name="Control">The PSNR of that many uncached steps.</param>
internal sealed record ComparedRow(
    SweepEntry Entry, ExtentCounts Extents, double Speedup, double Realised, KnownNew Psnr, double Least, double ControlSteps, KnownNew Control)
{
    /// <summary>How far above its control it is.</summary>
    public KnownNew AboveControl => Psnr - Control;
}

/// <summary>
/// Policies against the uncached loop at one number of steps, prompt by prompt. The timed runs give the pictures too. Their order is shuffled for each
/// prompt, and each is compared with the uncached runs before and after its group, in proportion to its place between them, so that a machine that drifts
/// favours no entry. The control needs no times: its steps cost what the uncached ones cost.
/// </summary>
internal sealed class PolicyComparison(SampleModel model, int steps, IEnumerable<SweepEntry> entries)
{
    private const int EntriesPerBaseline = 10;

    private readonly DenoisingLoop _uncached = model.Loop(CachePolicy.None);
    private readonly (SweepEntry Entry, DenoisingLoop Loop)[] _entries = [.. entries.Select(e => (e, model.Loop(e.Instance)))];
    private readonly StageTimes _times = new();
    private readonly List<Outcome> _outcomes = [];
    private readonly List<double> _uncachedSeconds = [];
    private RunRecorder? _uncachedRecording;

    /// <summary>Sampler steps.</summary>
    public int Steps => steps;

    /// <summary>How many prompts were run.</summary>
    public int Prompts { get; private set; }

    /// <summary>The median time of an uncached picture.</summary>
    public double UncachedSeconds => Statistics.Median([.. _uncachedSeconds]);

    /// <summary>The uncached loop with fewer steps.</summary>
    public ControlCurve Control { get; } = new(steps);

    /// <summary>A row for each entry.</summary>
    public IEnumerable<ComparedRow> Rows => _entries.Select(e => RowOf(e.Entry));

    /// <summary>Runs everything on one more prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="observe">
    /// Whether every entry also runs once with an observer, apart from the timed runs, to count and time its stages; the first prompt must be observed, which
    /// warms everything up as well.
    /// </param>
    public void Run(BenchPrompt prompt, bool observe)
    {
        var request = model.Request(steps, prompt);
        var recordings = new Dictionary<SweepEntry, RunRecorder>();
        if (observe)
        {
            _uncachedRecording = Observe(_uncached, request);
            foreach (var (entry, loop) in _entries)
            {
                recordings.Add(entry, Observe(loop, request));
            }
        }

        var (before, reference) = _uncached.Time(request, model.Clock);
        _uncachedSeconds.Add(before);
        foreach (var group in Shuffled(prompt.Seed).Chunk(EntriesPerBaseline))
        {
            var timed = Array.ConvertAll(group, e => e.Loop.Time(request, model.Clock));
            var (after, _) = _uncached.Time(request, model.Clock);
            _uncachedSeconds.Add(after);
            for (var i = 0; i < group.Length; i++)
            {
                var baseline = before + ((after - before) * (i + 0.5) / group.Length);
                _outcomes.Add(new Outcome(
                    group[i].Entry, prompt.IsNew, baseline / timed[i].Seconds, Pictures.MeanPsnr(timed[i].Pictures, reference), recordings.GetValueOrDefault(group[i].Entry)));
            }

            before = after;
        }

        Control.Add(prompt.IsNew, count => Pictures.MeanPsnr(_uncached.Draw(model.Request(count, prompt)), reference));
        Prompts++;
    }

    private ComparedRow RowOf(SweepEntry entry)
    {
        var outcomes = _outcomes.Where(o => ReferenceEquals(o.Entry, entry)).ToArray();
        var observed = outcomes.Where(o => o.Recording is not null).ToArray();
        var speedup = Statistics.Median([.. outcomes.Select(o => o.Speedup)]);
        var ideal = _times.Sum(_uncachedRecording!.Stages);
        return new ComparedRow(
            entry,
            ExtentCounts.Mean([.. observed.Select(o => ExtentCounts.Of(o.Recording!.Evaluations))]),
            speedup,
            Statistics.Median([.. observed.Select(o => o.Speedup / (ideal / _times.Sum(o.Recording!.Stages)))]),
            KnownNew.Means(outcomes, o => o.IsNew, o => o.Psnr),
            outcomes.Min(o => o.Psnr),
            steps / speedup,
            Control.PsnrOf(steps / speedup));
    }

    private (SweepEntry Entry, DenoisingLoop Loop)[] Shuffled(int seed)
    {
        var order = _entries.ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }

    private RunRecorder Observe(DenoisingLoop loop, GenerationRequest request)
    {
        var recorder = new RunRecorder();
        loop.Draw(request, recorder);
        _times.Add(recorder.Stages);
        return recorder;
    }

    /// <summary>What one entry gave on one prompt.</summary>
    private sealed record Outcome(SweepEntry Entry, bool IsNew, double Speedup, double Psnr, RunRecorder? Recording);
}
