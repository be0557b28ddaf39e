using System.Text;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>What a section of the page has come to: its text, the claims that it decides on, and its plots.</summary>
/// <param name="savePlot">Writes a plot beside the page.</param>
internal sealed class SectionText(Action<string, string> savePlot)
{
    private readonly StringBuilder _text = new();
    private readonly List<PaperClaim> _claims = [];

    /// <summary>The paper's sentences that the section measured.</summary>
    public IReadOnlyList<PaperClaim> Claims => _claims;

    /// <summary>Adds a paragraph.</summary>
    public void Paragraph(string text) => _text.Append(text).Append("\n\n");

    /// <summary>Adds a heading below the section's own.</summary>
    public void Heading(string text) => _text.Append("### ").Append(text).Append("\n\n");

    /// <summary>Adds a table.</summary>
    public void Table(TextTable table) => _text.Append(table.ToMarkdown()).Append('\n');

    /// <summary>Adds plots side by side, each with its heading.</summary>
    public void Plots(IEnumerable<(string File, string Title, string Svg)> plots)
    {
        var all = plots.ToArray();
        var row = new TextTable([.. all.Select(p => new TableColumn(p.Title, ColumnAlignment.Left))]);
        row.AddRow(Array.ConvertAll(all, p => $"![{p.Title}]({p.File})"));
        Array.ForEach(all, p => savePlot(p.File, p.Svg));
        Table(row);
    }

    /// <summary>Adds a plot, which is written to a file of its own.</summary>
    public void Plot(string file, string title, string svg)
    {
        savePlot(file, svg);
        _text.Append(System.Globalization.CultureInfo.InvariantCulture, $"![{title}]({file})\n\n");
    }

    /// <summary>Adds a sentence of the paper with what was measured.</summary>
    public void Claim(PaperClaim claim) => _claims.Add(claim);

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
