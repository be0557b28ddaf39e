using System.Diagnostics;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The tables and checks of H2-Cache's paper on every trained model, section by section on one page.</summary>
internal static class PaperBench
{
    private const string File = "paper.md";

    /// <summary>All sections in the order of the page.</summary>
    public static IReadOnlyList<IPaperSection> Sections { get; } =
    [
        new StepCountSection(),
        new PoolingSection(),
        new ThresholdGridSection(),
        new GuidanceSection(),
        new MetricSection(),
        new StageSection(),
    ];

    public static void Run(BenchOptions options)
    {
        var sections = Sections.Where(s => s.Title.Contains(options.Only, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (sections.Length == 0)
        {
            throw new ArgumentException($"--only is '{options.Only}'; no section has that in its title: {string.Join("; ", Sections.Select(s => s.Title))}.");
        }

        var models = new List<SampleModel>();
        try
        {
            models.AddRange(options.ModelDirectories.Select(d => SampleModel.Load(d, options.Threads ?? 2)));
            Run(options, sections, models);
        }
        finally
        {
            models.ForEach(m => m.Dispose());
        }
    }

    /// <summary>Runs sections on models; one that fails says so on the page, and the others go on.</summary>
    /// <exception cref="InvalidDataException">A section failed; the page is written all the same.</exception>
    internal static void Run(BenchOptions options, IReadOnlyList<IPaperSection> sections, IReadOnlyList<SampleModel> models)
    {
        var page = new PaperPage(string.Join('\n', models.Select(m => $"- {m.Name}: {m.Description}")));
        var run = new PaperRun(options, models, () => options.Write(File, page.ToMarkdown()));
        var failed = new List<string>();
        foreach (var section in sections)
        {
            var text = new SectionText(options.Write);
            page.Add(section.Title, text);
            var start = Stopwatch.GetTimestamp();
            try
            {
                section.Run(run, text);
            }
            catch (Exception failure)
            {
                // The other sections are worth having without this one; the command ends with an error.
                text.Paragraph($"**This section failed**: {failure.Message}");
                failed.Add($"{section.Title}: {failure}");
            }

            run.Publish();
            Console.Error.WriteLine(Invariant($"paper: '{section.Title}' took {Stopwatch.GetElapsedTime(start).TotalMinutes:F1} min"));
        }

        Console.WriteLine(page.ToMarkdown());
        if (failed.Count > 0)
        {
            throw new InvalidDataException($"{failed.Count} of {sections.Count} sections failed.\n{string.Join('\n', failed)}");
        }
    }
}
