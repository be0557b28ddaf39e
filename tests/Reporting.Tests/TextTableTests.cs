namespace CachePolicies.Reporting.Tests;

public class TextTableTests
{
    private static TextTable Example()
    {
        var table = new TextTable(new TableColumn("policy", ColumnAlignment.Left), new TableColumn("speed-up"));
        table.AddRow("H2-Cache", "5.1×");
        table.AddRow("a|b", "12.0×");
        return table;
    }

    [Fact]
    public void Markdown_is_aligned_and_escaped() =>
        Assert.Equal(
            """
            | policy   | speed-up |
            | -------- | -------: |
            | H2-Cache |     5.1× |
            | a\|b     |    12.0× |

            """.ReplaceLineEndings("\n"),
            Example().ToMarkdown());

    [Fact]
    public void Plain_text_is_aligned() =>
        Assert.Equal(
            """
            policy    speed-up
            --------  --------
            H2-Cache      5.1×
            a|b          12.0×

            """.ReplaceLineEndings("\n"),
            Example().ToPlainText());

    [Fact]
    public void A_row_of_another_length_is_refused() =>
        Assert.Contains("2 cells, not 1", Assert.Throws<ArgumentException>(() => Example().AddRow("x")).Message, StringComparison.Ordinal);
}
