namespace CachePolicies.Tool.Tests;

public sealed class PrintableWriterTests
{
    [Theory]
    [InlineData("plain, ünïcode, 绿苹果, \U0001F34E", "plain, ünïcode, 绿苹果, \U0001F34E")]
    [InlineData("\u001b]0;pwned\u0007", "\\u001b]0;pwned\\u0007")]
    [InlineData("back\rspace\b", "back\\u000dspace\\u0008")]
    [InlineData("lines\nand\ttabs\r\n", "lines\nand\ttabs\r\n")]
    [InlineData("\u009b31m \u202egnp.exe\u2066", "\\u009b31m \\u202egnp.exe\\u2066")]
    public void What_a_terminal_obeys_is_shown_as_a_number(string text, string expected)
    {
        Assert.Equal(expected, Written(w => w.Write(text)));
        Assert.Equal(expected, Written(w => w.Write(text.ToCharArray())));
        Assert.Equal(expected + Environment.NewLine, Written(w => w.WriteLine(text)));
    }

    [Property]
    public void Nothing_that_a_terminal_obeys_passes(string? text, char character)
    {
        var written = Written(w =>
        {
            w.Write(text);
            w.Write(character);
            w.WriteLine($"{text}{character}");
        });

        Assert.DoesNotContain(written, c => c is not ('\n' or '\r' or '\t') && char.IsControl(c));
        Assert.DoesNotContain(written.Replace("\r\n", "\n", StringComparison.Ordinal), c => c == '\r');
    }

    private static string Written(Action<PrintableWriter> write)
    {
        using var text = new StringWriter();
        using var writer = new PrintableWriter(text);
        write(writer);
        return text.ToString();
    }
}
