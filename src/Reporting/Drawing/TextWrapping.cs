namespace CachePolicies.Reporting;

/// <summary>Breaks text into lines.</summary>
internal static class TextWrapping
{
    /// <summary>At most <paramref name="maximumLines"/> lines no wider than <paramref name="width"/> pixels; what does not fit ends in an ellipsis.</summary>
    public static List<string> Wrap(string text, float width, float capHeight, int maximumLines)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && StrokeFont.Measure(longer, capHeight) > width)
            {
                lines.Add(line);
                longer = word;
            }

            line = longer;
        }

        lines.Add(line);
        if (lines.Count > maximumLines)
        {
            lines.RemoveRange(maximumLines, lines.Count - maximumLines);
            lines[^1] += " …";
        }

        return lines.ConvertAll(l => Shorten(l, width, capHeight));
    }

    private static string Shorten(string line, float width, float capHeight)
    {
        if (StrokeFont.Measure(line, capHeight) <= width)
        {
            return line;
        }

        var length = line.Length;
        while (length > 1 && StrokeFont.Measure(line[..length] + "…", capHeight) > width)
        {
            length--;
        }

        return line[..length].TrimEnd(' ', '…') + "…";
    }
}
