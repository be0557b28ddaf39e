using CachePolicies.Reporting;
using Spectre.Console;

namespace CachePolicies.Samples.TextToImage;

/// <summary>What people see while they wait and when it is done. Progress goes to standard error.</summary>
internal static class Terminal
{
    private static readonly IAnsiConsole Errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static async Task<T> ShowProgressAsync<T>(int work, Func<Action<string>, Task<T>> run)
    {
        if (Console.IsErrorRedirected)
        {
            return await run(_ => { });
        }

        return await Errors.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask("starting", maxValue: work);
                return run(what =>
                {
                    task.Description = what;
                    task.Increment(1);
                });
            });
    }

    public static void Show(TextTable table)
    {
        if (Console.IsOutputRedirected)
        {
            Console.Write(table.ToPlainText());
            return;
        }

        var grid = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var column in table.Columns)
        {
            grid.AddColumn(new Spectre.Console.TableColumn($"[bold]{Markup.Escape(column.Title)}[/]") { Alignment = column.Alignment == ColumnAlignment.Right ? Justify.Right : Justify.Left, NoWrap = column.Alignment == ColumnAlignment.Right });
        }

        foreach (var row in table.Rows)
        {
            grid.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(grid);
    }
}
