using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary><c>tune</c>: the setting of a policy that reaches a target best on your prompts.</summary>
internal static class TuneVerb
{
    /// <summary>How many prompts are recorded for screening, where no traces are given.</summary>
    private const int RecordedPrompts = 3;

    /// <summary>The seed of recorded runs; held-out seeds are others.</summary>
    private const long RecordedSeed = 1;

    public static Command Create(ToolConsole console)
    {
        var policy = CatalogOptions.Policy();
        var psnr = new Option<double?>("--target-psnr") { Description = "As fast as possible with a PSNR of at least X dB.", HelpName = "X" };
        var ssim = new Option<double?>("--target-ssim") { Description = "As fast as possible at this similarity or more.", HelpName = "X" };
        var speedup = new Option<double?>("--target-speedup") { Description = "As good as possible with a speed-up of at least X.", HelpName = "X" };
        var promptFile = new Option<string?>("--prompts") { Description = "A file with one prompt per line.", HelpName = "FILE" };
        var prompts = new Option<string[]>("--prompt") { Description = "A prompt; may be given several times.", HelpName = "P", DefaultValueFactory = _ => [] };
        var traces = new Option<string[]>("--trace", "-t") { Description = "A recorded run to screen settings on; recorded from the prompts otherwise.", HelpName = "TRACE", DefaultValueFactory = _ => [] };
        var seeds = new Option<string>("--seeds") { Description = "Held-out seeds for verification.", HelpName = "101,102", DefaultValueFactory = _ => "101,102" };
        var output = new Option<string>("--out") { Description = "The file to write: a section for appsettings.json with what was measured.", HelpName = "FILE.json", DefaultValueFactory = _ => "tuned.json" };
        var measured = new Option<string?>("--measured") { Description = "A file of measured settings that what was verified is added to, for 'generate --target' and hosts.", HelpName = "FILE.json" };
        var minutes = new Option<double?>("--minutes")
        {
            Description = "About how long it may take; fewer pictures are generated to keep to it. Without it every prompt is drawn with every seed.",
            HelpName = "M",
        };
        var settings = CatalogOptions.Settings("policy that is set and not searched");
        var run = new SamplingOptions();
        var json = SharedOptions.Json();
        var command = new Command("tune", "Finds the settings of a policy that reach a target.")
        {
            policy, psnr, ssim, speedup, promptFile, prompts, traces, seeds, minutes, settings, output, measured, json,
        };
        foreach (var option in run.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var recorded = parsed.GetRequiredValue(traces);
            var job = new Job(
                console,
                PolicySettings.Find(parsed.GetRequiredValue(policy)),
                TuneTarget.Of(parsed.GetValue(psnr), parsed.GetValue(ssim), parsed.GetValue(speedup)),
                PromptsOf(parsed.GetValue(promptFile), parsed.GetRequiredValue(prompts), recorded),
                PromptFile.Seeds(parsed.GetRequiredValue(seeds)),
                recorded,
                parsed.GetRequiredValue(settings),
                new TimeBudget(console.Time, MinutesOf(parsed.GetValue(minutes))),
                run.Read(parsed),
                OutputPath.File(parsed.GetRequiredValue(output)),
                MeasuredFile.ToExtend(parsed.GetValue(measured)),
                parsed.GetValue(json));
            return Task.FromResult(job.Run(cancellationToken));
        });
        return command;
    }

    private static TimeSpan? MinutesOf(double? minutes) => minutes switch
    {
        null => null,
        > 0 and <= 10_000 => TimeSpan.FromMinutes(minutes.Value),
        _ => throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--minutes is {minutes}; expected a number above 0 and at most 10000.")),
    };

    /// <summary>The prompts that were given; where there are traces and no prompts, those of the traces.</summary>
    private static IReadOnlyList<string> PromptsOf(string? file, string[] given, string[] traces)
    {
        if (file is not null || given.Length > 0 || traces.Length == 0)
        {
            return PromptFile.Read(file, given);
        }

        var prompts = new List<string>();
        foreach (var path in traces)
        {
            using var trace = ReplayVerb.OpenTrace(path);
            prompts.Add(trace.Metadata.GetValueOrDefault("prompt") ?? throw new UsageException($"The trace '{path}' does not tell its prompt; give prompts with --prompt."));
        }

        return [.. prompts.Distinct()];
    }

    /// <summary>One tuning.</summary>
    private sealed record Job(
        ToolConsole Console,
        CachePolicyDescriptor Policy,
        GenerationTarget Target,
        IReadOnlyList<string> Prompts,
        IReadOnlyList<long> Seeds,
        IReadOnlyList<string> Traces,
        IReadOnlyList<string> Given,
        TimeBudget Budget,
        SamplingSettings How,
        string File,
        MeasuredFile? Measured,
        bool Json)
    {
        public int Run(CancellationToken cancellationToken)
        {
            if (Seeds.Contains(RecordedSeed) && Traces.Count == 0)
            {
                throw new UsageException($"The seed {RecordedSeed} is recorded for screening, so it is not held out; expected other seeds for verification.");
            }

            // What is given is read before anything is recorded, so that a mistake costs no time.
            OptionArguments.Apply(Policy.Options, Policy.CreateOptions(), $"the policy '{PolicySettings.NameOf(Policy)}'", Given);

            using var session = ModelSession.Open(How, Console.Time);
            var signature = Measured is null ? null : session.Prepare(session.Request(Prompts[0], Seeds[0]), cancellationToken).Signature;
            Measured?.Require(signature!);
            using var folder = WorkFolder.Create("tune", Console.Time);
            var runs = new List<RecordedRun>();
            try
            {
                runs.AddRange((Traces.Count > 0 ? Traces : Record(session, folder.Path, cancellationToken)).Select(RecordedRun.Open));
                RequireSameSteps(session, runs);
                var fit = ModelFit.To(Policy, runs, Path.ChangeExtension(File, $".{PolicySettings.NameOf(Policy)}.json"));
                var screening = Screening.Of(Policy, TuningSpace.Of(Policy, runs[0].Layout, fit).With(Given), runs, Console.Time, cancellationToken);
                TellScreening(screening);
                if (screening.Front.Count == 0)
                {
                    Console.Error.WriteLine($"No setting of {PolicySettings.NameOf(Policy)} skips anything on the recorded runs.");
                    return ExitCodes.Failed;
                }

                var tuner = new Tuner(session, Prompts, Seeds, Target, Budget);
                var isWhole = false;
                var verified = ToolProgress.Run(Console, tuner.Work, tell => tuner.Verify(screening.Front, tell, cancellationToken, out isWhole));
                Measured?.Add(signature!, Policy, verified);
                return Finish(fit, screening, verified, tuner.Best(verified), isWhole);
            }
            finally
            {
                runs.ForEach(r => r.Dispose());
            }
        }

        private string[] Record(ModelSession session, string folder, CancellationToken cancellationToken)
        {
            var paths = new List<string>();
            foreach (var prompt in Prompts.Take(RecordedPrompts))
            {
                paths.Add(Path.Combine(folder, $"{paths.Count}.safetensors"));
                RecordVerb.Record(Console, session, session.Request(prompt, RecordedSeed), paths[^1], half: false, cancellationToken);
            }

            return [.. paths];
        }

        private static void RequireSameSteps(ModelSession session, IEnumerable<RecordedRun> runs)
        {
            var evaluations = session.ScheduleOf(session.Steps).Evaluations.Length;
            if (runs.FirstOrDefault(r => r.Evaluations.Count != evaluations) is { } other)
            {
                throw new UsageException($"The trace '{other.Trace.Path}' has {other.Evaluations.Count} steps and verification {evaluations}; expected traces of as many steps, or --steps {other.Evaluations.Count}.");
            }
        }

        private int Finish(ModelFit fit, Screening screening, IReadOnlyList<TunedSetting> verified, TunedSetting? best, bool isWhole)
        {
            OutputPath.WriteText(File, JsonLine.Text(TunedSection.Whole(Policy, Target, fit, screening, verified, best), indented: true) + "\n");
            TellVerified(verified, best);
            if (verified.Select(v => ComparisonTable.NoteOnClock(v.Results)).FirstOrDefault(n => n.Length > 0) is { } note)
            {
                Console.Error.WriteLine(note);
            }

            if (!isWhole)
            {
                Console.Error.WriteLine($"Stopped; {verified.Count} settings were verified so far.");
                return ExitCodes.Failed;
            }

            if (best is not null)
            {
                return ExitCodes.Success;
            }

            var nearest = verified.MaxBy(v => Target.Figure(v.Results, v.Row))!;
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{PolicySettings.NameOf(Policy)} does not reach {Target} here; nearest is {nearest.Row.Psnr:0.0} dB, SSIM {nearest.Row.Ssim:0.0000}, {nearest.Speedup:0.00}× with {string.Join(' ', nearest.Screened.Policy.Settings)}."));
            return ExitCodes.Failed;
        }

        private void TellScreening(Screening screening)
        {
            if (Json)
            {
                JsonLine.Write(Console.Output, new JsonObject
                {
                    ["screened"] = screening.Count,
                    ["front"] = screening.Front.Count,
                    ["seconds"] = JsonLine.Rounded(screening.Elapsed.TotalSeconds, 3),
                    ["stepsPerSecond"] = JsonLine.Rounded(screening.StepsPerSecond, 0),
                });
            }
            else
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{screening.Count} settings replayed in {screening.Elapsed.TotalSeconds:0.0} s, {screening.StepsPerSecond:0} steps a second; {screening.Front.Count} on the front."));
            }
        }

        private void TellVerified(IReadOnlyList<TunedSetting> verified, TunedSetting? best)
        {
            if (Json)
            {
                foreach (var setting in verified)
                {
                    JsonLine.Write(Console.Output, TunedSection.Line(setting));
                }

                var summary = best is null ? [] : TunedSection.Line(best);
                summary["summary"] = true;
                summary["target"] = Target.ToString();
                summary["met"] = best is not null;
                summary["agreement"] = Agreement.Of(verified).ToJson();
                summary["file"] = File;
                JsonLine.Write(Console.Output, summary);
                return;
            }

            var table = new TextTable(
                new("", ColumnAlignment.Left), new("speed-up"), new("expected"), new("cached"), new("expected"), new("PSNR"), new("±"), new("SSIM"), new("above control"), new("settings", ColumnAlignment.Left));
            foreach (var setting in verified)
            {
                string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
                table.AddRow(
                    setting == best ? "best" : Target.IsMetBy(setting.Results, setting.Row) ? "meets" : "",
                    Text($"{setting.Speedup:0.00}×"),
                    Text($"{setting.Screened.Speedup:0.00}×"),
                    Text($"{100 * setting.Cached:0} %"),
                    Text($"{100 * setting.Screened.Cached:0} %"),
                    Text($"{setting.Row.Psnr:0.00} dB"),
                    double.IsNaN(setting.Row.PsnrInterval) ? "" : Text($"{setting.Row.PsnrInterval:0.00}"),
                    Text($"{setting.Row.Ssim:0.0000}"),
                    Figures.Difference(setting.Results.AboveControl(setting.Row)),
                    string.Join(' ', setting.Screened.Policy.Settings));
            }

            Console.Output.Write(table.ToPlainText());
            Console.Output.WriteLine(Agreement.Of(verified).ToString());
            Console.Output.WriteLine(File);
        }
    }
}
