namespace CachePolicies.Reporting;

/// <summary>A row of a contact sheet.</summary>
/// <param name="Title">What made the pictures: a policy's name.</param>
/// <param name="Details">Lines below the title: <c>5.1× faster</c>, <c>40.2 dB</c>.</param>
/// <param name="Pictures">One for each column; <see langword="null"/> leaves a place empty.</param>
public sealed record ContactSheetRow(string Title, IReadOnlyList<string> Details, IReadOnlyList<RgbImage?> Pictures);

/// <summary>Pictures side by side: a row for each policy, a column for each prompt.</summary>
/// <param name="Title">Above everything.</param>
/// <param name="Columns">Above the columns: the prompts.</param>
/// <param name="Rows">From top to bottom.</param>
public sealed record ContactSheet(string Title, IReadOnlyList<string> Columns, IReadOnlyList<ContactSheetRow> Rows)
{
    private const int Margin = 24;
    private const int Gap = 8;
    private const float TitleSize = 13;
    private const float LabelSize = 10;
    private const float DetailSize = 8.5f;
    private const int ColumnLines = 3;

    /// <summary>The side in pixels that each picture is brought to. The default is 96.</summary>
    public int PictureSize { get; init; } = 96;

    /// <summary>How pictures are enlarged. The default is smooth.</summary>
    public Resampling Resampling { get; init; } = Resampling.Smooth;

    /// <summary>Draws the sheet.</summary>
    /// <exception cref="InvalidOperationException">There are no columns or rows, or a row has another number of pictures than there are columns.</exception>
    public RgbImage Draw()
    {
        if (Columns.Count == 0 || Rows.Count == 0)
        {
            throw new InvalidOperationException("A contact sheet has at least one column and one row.");
        }

        if (Rows.FirstOrDefault(r => r.Pictures.Count != Columns.Count) is { } wrong)
        {
            throw new InvalidOperationException($"The row '{wrong.Title}' has {wrong.Pictures.Count} pictures; there are {Columns.Count} columns.");
        }

        var heads = Columns.Select(c => TextWrapping.Wrap(c, PictureSize, DetailSize, ColumnLines)).ToArray();
        var left = Margin + (int)MathF.Ceiling(Rows.Max(LabelWidth)) + (2 * Gap);
        var headHeight = (int)(heads.Max(h => h.Count) * DetailSize * 1.75f) + Gap;
        var top = Margin + (int)(TitleSize * 2.6f) + headHeight;
        var canvas = new Canvas(
            Math.Max(left + (Columns.Count * (PictureSize + Gap)) - Gap, (int)StrokeFont.Measure(Title, TitleSize) + Margin) + Margin,
            top + (Rows.Count * (PictureSize + Gap)) - Gap + Margin,
            Palette.Paper);

        canvas.Write(Title, Margin - StrokeFont.Bearing(TitleSize), Margin + TitleSize, TitleSize, Palette.Ink, FontWeight.Bold);
        for (var c = 0; c < Columns.Count; c++)
        {
            DrawHead(canvas, heads[c], left + (c * (PictureSize + Gap)), top - Gap);
        }

        for (var r = 0; r < Rows.Count; r++)
        {
            DrawRow(canvas, Rows[r], left, top + (r * (PictureSize + Gap)));
        }

        return canvas.Image;
    }

    private static float LabelWidth(ContactSheetRow row) =>
        row.Details.Select(d => StrokeFont.Measure(d, DetailSize)).Append(StrokeFont.Measure(row.Title, LabelSize)).Max();

    private void DrawHead(Canvas canvas, List<string> lines, int x, int bottom)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var baseline = bottom - 2 - ((lines.Count - 1 - i) * DetailSize * 1.75f);
            canvas.WriteCentred(lines[i], x + (PictureSize / 2f), baseline, DetailSize, Palette.Ink);
        }
    }

    private void DrawRow(Canvas canvas, ContactSheetRow row, int left, int top)
    {
        var height = LabelSize + (row.Details.Count * DetailSize * 1.9f);
        var baseline = top + ((PictureSize - height) / 2) + LabelSize;
        canvas.Write(row.Title, Margin - StrokeFont.Bearing(LabelSize), baseline, LabelSize, Palette.Ink, FontWeight.Bold);
        foreach (var detail in row.Details)
        {
            baseline += DetailSize * 1.9f;
            canvas.Write(detail, Margin - StrokeFont.Bearing(DetailSize), baseline, DetailSize, Palette.Muted);
        }

        for (var c = 0; c < row.Pictures.Count; c++)
        {
            var x = left + (c * (PictureSize + Gap));
            canvas.Fill(x - 1, top - 1, PictureSize + 2, PictureSize + 2, Palette.Rule);
            if (row.Pictures[c] is { } picture)
            {
                canvas.Draw(picture.Resize(PictureSize, PictureSize, Resampling), x, top);
            }
            else
            {
                canvas.Fill(x, top, PictureSize, PictureSize, Palette.Paper);
            }
        }
    }
}
