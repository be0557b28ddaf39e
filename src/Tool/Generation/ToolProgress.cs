using System.Globalization;
using Spectre.Console;

namespace CachePolicies.Tool;

/// <summary>How far long work is: a bar with the time left on a terminal, a line now and then elsewhere.</summary>
internal static class ToolProgress
{
    private const int Lines = 10;

    /// <summary>Runs work that consists of the given number of pieces.</summary>
    /// <param name="console">Where to tell.</param>
    /// <param name="pieces">How many pieces there are.</param>
    /// <param name="run">Does the work; calls its argument with what was done after each piece.</param>
    public static T Run<T>(ToolConsole console, int pieces, Func<Action<string>, T> run)
    {
        if (!console.IsInteractive)
        {
            return RunPlainly(console, pieces, run);
        }

        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Terminal) });
        return terminal.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask("starting", maxValue: pieces);
                return run(what =>
                {
                    task.Description = Spectre.Console.Markup.Escape(Excerpt.Of(what));
                    task.Increment(1);
                });
            });
    }

    private static T RunPlainly<T>(ToolConsole console, int pieces, Func<Action<string>, T> run)
    {
        var began = console.Time.GetTimestamp();
        var done = 0;
        return run(what =>
        {
            done++;
            if (done * Lines / pieces > (done - 1) * Lines / pieces)
            {
                var left = console.Time.GetElapsedTime(began) / done * (pieces - done);
                console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {pieces}, about {left.TotalSeconds:0} s left: {Excerpt.Of(what)}"));
            }
        });
    }
}
