using System.Text;

namespace CachePolicies.Reporting;

/// <summary>On which side of its column a text is set.</summary>
public enum ColumnAlignment
{
    /// <summary>Left, for words.</summary>
    Left,

    /// <summary>Right, for numbers.</summary>
    Right,
}

/// <summary>A column of a table.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Alignment">On which side texts are set.</param>
public sealed record TableColumn(string Title, ColumnAlignment Alignment = ColumnAlignment.Right);

/// <summary>A table of texts, written as Markdown or with aligned columns.</summary>
/// <param name="columns">From left to right.</param>
public sealed class TextTable(params IReadOnlyList<TableColumn> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    /// <summary>From left to right.</summary>
    public IReadOnlyList<TableColumn> Columns { get; } = columns;

    /// <summary>From top to bottom.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">There are more or fewer texts than columns.</exception>
    public void AddRow(params IReadOnlyList<string> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count != Columns.Count)
        {
            throw new ArgumentException($"A row of this table has {Columns.Count} cells, not {cells.Count}.", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>The table in Markdown, its source aligned as well.</summary>
    public string ToMarkdown()
    {
        var table = Escaped();
        var widths = table.Widths(minimum: 3);
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        Line(table.Columns.Select((c, i) => Pad(c.Title, widths[i], c.Alignment)));
        Line(table.Columns.Select((c, i) => c.Alignment == ColumnAlignment.Right ? new string('-', widths[i] - 1) + ":" : new string('-', widths[i])));
        foreach (var row in table._rows)
        {
            Line(row.Select((cell, i) => Pad(cell, widths[i], table.Columns[i].Alignment)));
        }

        return text.ToString();
    }

    /// <summary>The table in aligned columns, for a log or a terminal without colours.</summary>
    public string ToPlainText()
    {
        var widths = Widths(minimum: 1);
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        Line(Columns.Select((c, i) => Pad(c.Title, widths[i], c.Alignment)));
        Line(widths.Select(w => new string('-', w)));
        foreach (var row in _rows)
        {
            Line(row.Select((cell, i) => Pad(cell, widths[i], Columns[i].Alignment)));
        }

        return text.ToString();
    }

    private TextTable Escaped()
    {
        static string Escape(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
        var table = new TextTable([.. Columns.Select(c => c with { Title = Escape(c.Title) })]);
        foreach (var row in _rows)
        {
            table.AddRow([.. row.Select(Escape)]);
        }

        return table;
    }

    private int[] Widths(int minimum) =>
        [.. Columns.Select((c, i) => _rows.Select(r => r[i].Length).Append(c.Title.Length).Append(minimum).Max())];

    private static string Pad(string cell, int width, ColumnAlignment alignment) =>
        alignment == ColumnAlignment.Right ? cell.PadLeft(width) : cell.PadRight(width);
}
