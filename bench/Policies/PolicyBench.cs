using System.Globalization;
using System.Text;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>
/// Each policy over a sweep of its thresholds: wall-clock speed-up over the uncached loop, how near the pictures stay to the uncached ones, and the
/// control: the uncached loop with as many steps as take the same time.
/// </summary>
internal static class PolicyBench
{
    private const int PromptsPerObservation = 4;
    private const int EntriesPerBaseline = 15;

    public static void Run(BenchOptions options)
    {
        using var model = SampleModel.Load(options);
        var bench = new Sweep(model, options);
        for (var i = 0; i < model.Prompts.Length; i++)
        {
            Console.Error.WriteLine($"{i + 1}/{model.Prompts.Length} {model.Prompts[i].Text}");
            bench.Run(model.Prompts[i]);
            options.Write("policies.md", bench.Report());
        }

        Console.WriteLine(bench.Report());
    }

    /// <summary>What one entry gave on one prompt.</summary>
    private sealed record Outcome(SweepEntry Entry, bool IsNew, double Speedup, double Psnr, StageTimes.Recording? Recording);

    private sealed class Sweep(SampleModel model, BenchOptions options)
    {
        private readonly DenoisingLoop _uncached = model.Loop(CachePolicy.None);
        private readonly (SweepEntry Entry, DenoisingLoop Loop)[] _entries = [.. PolicySweep.Matching(options.Only).Select(e => (e, model.Loop(e.Instance)))];
        private readonly StageTimes _times = new();
        private readonly List<Outcome> _outcomes = [];
        private readonly List<double> _uncachedSeconds = [];
        private readonly Dictionary<(BenchPrompt Prompt, int Steps), double> _controls = [];
        private readonly Dictionary<BenchPrompt, float[]> _references = [];
        private StageTimes.Recording _uncachedRecording = new StageTimes().Record();

        public void Run(BenchPrompt prompt)
        {
            var request = model.Request(prompt, options.Steps);
            _uncachedRecording = _times.Record();
            var reference = Pixels(_uncached.Run(request, _uncachedRecording)[0]);
            var isObserved = _references.Count % PromptsPerObservation == 0;
            _references.Add(prompt, reference);
            foreach (var chunk in _entries.Chunk(EntriesPerBaseline))
            {
                // Observed runs are apart from timed ones, which stand against the uncached loop right before and after.
                var recordings = chunk.Select(c => isObserved ? Observe(c.Loop, request) : null).ToArray();
                var before = Time(_uncached, request, out _);
                var timed = chunk.Select(c => (Seconds: Time(c.Loop, request, out var latent), Latent: latent)).ToArray();
                var after = Time(_uncached, request, out _);
                _uncachedSeconds.AddRange([before, after]);
                for (var i = 0; i < chunk.Length; i++)
                {
                    var speedup = (before + after) / 2 / timed[i].Seconds;
                    _outcomes.Add(new Outcome(chunk[i].Entry, prompt.IsNew, speedup, ImageQuality.Psnr(Pixels(timed[i].Latent), reference), recordings[i]));
                }
            }
        }

        public string Report()
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"# Policies on the sample model\n\n{options.Steps} steps, guidance {SampleModel.Guidance}, {_references.Count} prompts, ONNX Runtime on the CPU, {options.Threads} {(options.Threads == 1 ? "thread" : "threads")}, {model.Clock.Name}. ");
            text.Append(CultureInfo.InvariantCulture, $"Uncached: {Statistics.Median([.. _uncachedSeconds]) * 1000:F0} ms a picture (median). Model {model.Fingerprint}.\n\n");
            text.Append("Speed-up: the median over the prompts, each against the uncached loop run right before and after it. Ideal: what the stages that ran take, by the medians of instrumented runs (every fourth prompt). ");
            text.Append("PSNR: mean over the prompts against the uncached picture, known / new word combinations. Control: the uncached loop with as many steps as take the same time; ");
            text.Append("the last column is how many dB the policy stands above (+) or below (−) it.\n\n");
            var table = new TextTable(
                new TableColumn("policy", ColumnAlignment.Left),
                new TableColumn("settings", ColumnAlignment.Left),
                new TableColumn("full / part / skipped"),
                new TableColumn("speed-up"),
                new TableColumn("realised / ideal"),
                new TableColumn("PSNR known / new"),
                new TableColumn("least"),
                new TableColumn("control steps"),
                new TableColumn("control known / new"),
                new TableColumn("above control known / new"));
            foreach (var entry in _entries)
            {
                AddRow(table, entry.Entry);
            }

            return text.Append(table.ToMarkdown()).ToString();
        }

        private void AddRow(TextTable table, SweepEntry entry)
        {
            var outcomes = _outcomes.Where(o => ReferenceEquals(o.Entry, entry)).ToArray();
            var observed = outcomes.Where(o => o.Recording is not null).ToArray();
            var speedup = Statistics.Median([.. outcomes.Select(o => o.Speedup)]);
            var idealUncached = _times.IdealSeconds(_uncachedRecording);
            var realised = Statistics.Median([.. observed.Select(o => o.Speedup / (idealUncached / _times.IdealSeconds(o.Recording!)))]);
            var controlSteps = Math.Clamp((int)Math.Round(options.Steps / speedup), 1, options.Steps);
            var (known, fresh) = (Mean(outcomes, false), Mean(outcomes, true));
            var (controlKnown, controlNew) = (Control(controlSteps, false), Control(controlSteps, true));
            var shares = Enumerable.Range(0, 3).Select(s => observed.Average(o => o.Recording!.Shares[s] / 2.0)).ToArray();
            table.AddRow(
                entry.Policy,
                entry.Settings,
                Text($"{shares[0]:F0} / {shares[1]:F0} / {shares[2]:F0}"),
                Text($"{speedup:F2}×"),
                Text($"{realised:F2}"),
                Text($"{known:F1} / {fresh:F1}"),
                Text($"{outcomes.Min(o => o.Psnr):F1}"),
                Text($"{controlSteps}"),
                Text($"{controlKnown:F1} / {controlNew:F1}"),
                Text($"{Signed(known - controlKnown)} / {Signed(fresh - controlNew)}"));
        }

        private static double Mean(Outcome[] outcomes, bool isNew) => outcomes.Where(o => o.IsNew == isNew).Select(o => o.Psnr).DefaultIfEmpty(double.NaN).Average();

        private double Control(int controlSteps, bool isNew) =>
            _references.Keys.Where(p => p.IsNew == isNew).Select(p => Control(p, controlSteps)).DefaultIfEmpty(double.NaN).Average();

        private double Control(BenchPrompt prompt, int controlSteps)
        {
            if (!_controls.TryGetValue((prompt, controlSteps), out var psnr))
            {
                psnr = ImageQuality.Psnr(Pixels(_uncached.Run(model.Request(prompt, controlSteps))[0]), _references[prompt]);
                _controls.Add((prompt, controlSteps), psnr);
            }

            return psnr;
        }

        private StageTimes.Recording Observe(DenoisingLoop loop, GenerationRequest request)
        {
            var recording = _times.Record();
            loop.Run(request, recording);
            return recording;
        }

        // From the first evaluation to the final latent on the host.
        private double Time(DenoisingLoop loop, GenerationRequest request, out float[] latent)
        {
            using var generation = loop.Start(request);
            var start = model.Clock.Seconds;
            while (generation.MoveNext())
            {
            }

            latent = generation.DownloadLatent(0);
            return model.Clock.Seconds - start;
        }

        // The model draws pixels: its latent is the picture, but for the order of its numbers.
        private static float[] Pixels(float[] latent) => Array.ConvertAll(latent, v => Math.Clamp(v, -1, 1));
    }

    private static string Signed(double value) => value.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
