using System.Text;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>The results page: a head, the sections as far as they have come, and the table of the paper's sentences, which comes first.</summary>
/// <param name="head">What was run, and on what.</param>
internal sealed class PaperPage(string head)
{
    private const string Introduction = """
        # The paper's tables on trained models

        What H2-Cache's paper ([2510.27171](https://arxiv.org/abs/2510.27171)) says, measured here. Its model is FLUX at 1024 × 1024 pixels on a GPU, judged
        by CLIP-IQA; here are small models of 32 × 32 pixels on the processor, judged by PSNR and SSIM against the uncached picture of the same prompt, seed
        and steps. The control is the uncached loop with as many steps as take the same time: a cache is worth having where it is better than that.

        """;

    private readonly List<(string Title, SectionText Text)> _sections = [];

    /// <summary>Begins a section; what is added to its text later appears in the page.</summary>
    public void Add(string title, SectionText text) => _sections.Add((title, text));

    /// <summary>The page in Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder(Introduction).Append('\n').Append(head).Append("\n\n");
        var claims = _sections.SelectMany(s => s.Text.Claims).ToArray();
        if (claims.Length > 0)
        {
            text.Append("## What the paper says, and what was measured\n\n").Append(TableOf(claims)).Append('\n');
        }

        foreach (var (title, section) in _sections)
        {
            text.Append("## ").Append(title).Append("\n\n").Append(section);
        }

        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>The claims, those of one sentence together.</summary>
    private static string TableOf(IEnumerable<PaperClaim> claims)
    {
        var table = new TextTable(
            new("the paper", ColumnAlignment.Left),
            new("model", ColumnAlignment.Left),
            new("measured here", ColumnAlignment.Left),
            new("the same if", ColumnAlignment.Left),
            new("verdict", ColumnAlignment.Left));
        foreach (var claim in claims)
        {
            table.AddRow(claim.Sentence, claim.Model, claim.Measured, claim.Criterion, claim.Verdict);
        }

        return table.ToMarkdown();
    }
}
