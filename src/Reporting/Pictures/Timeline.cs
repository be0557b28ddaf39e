using System.Globalization;

namespace CachePolicies.Reporting;

/// <summary>A step of a timeline, over all generations that it stands for: the three shares add up to 1.</summary>
/// <param name="Full">The share that computed every stage.</param>
/// <param name="Part">The share that computed some blocks.</param>
/// <param name="Skipped">The share that computed no block.</param>
public readonly record struct TimelineStep(double Full, double Part, double Skipped)
{
    /// <summary>The steps of several generations of equal length as one row.</summary>
    /// <exception cref="ArgumentException">There are none, or their lengths differ.</exception>
    public static IReadOnlyList<TimelineStep> Average(IReadOnlyList<IReadOnlyList<TimelineStep>> generations)
    {
        ArgumentNullException.ThrowIfNull(generations);
        if (generations.Count == 0 || generations.Any(g => g.Count != generations[0].Count))
        {
            throw new ArgumentException("Generations of one length are averaged, at least one.", nameof(generations));
        }

        return
        [
            .. Enumerable.Range(0, generations[0].Count)
                .Select(s => new TimelineStep(generations.Average(g => g[s].Full), generations.Average(g => g[s].Part), generations.Average(g => g[s].Skipped))),
        ];
    }
}

/// <summary>A row of a timeline.</summary>
/// <param name="Title">The policy's name.</param>
/// <param name="Details">Beside the row: <c>5.1× · 40.2 dB</c>.</param>
/// <param name="Steps">From the first step to the last.</param>
public sealed record TimelineRow(string Title, string Details, IReadOnlyList<TimelineStep> Steps);

/// <summary>What each step computed, a row for each policy. Over several generations each cell is filled from below by their shares.</summary>
/// <param name="Title">Above everything.</param>
/// <param name="Rows">From top to bottom; rows may differ in length.</param>
public sealed record Timeline(string Title, IReadOnlyList<TimelineRow> Rows)
{
    private const int Margin = 24;
    private const int RowHeight = 30;
    private const int RowGap = 12;
    private const int ColumnGap = 14;
    private const float TitleSize = 13;
    private const float LabelSize = 10;
    private const float SmallSize = 8.5f;
    private const int LegendHeight = 34;

    /// <summary>The width of the row of cells in pixels. The default is 800.</summary>
    public int PlotWidth { get; init; } = 800;

    /// <summary>Draws the timeline.</summary>
    /// <exception cref="InvalidOperationException">There is no row, or one without steps.</exception>
    public RgbImage Draw()
    {
        if (Rows.Count == 0 || Rows.Any(r => r.Steps.Count == 0))
        {
            throw new InvalidOperationException("A timeline has at least one row, and each row at least one step.");
        }

        var left = Margin + (int)MathF.Ceiling(Rows.Max(r => StrokeFont.Measure(r.Title, LabelSize))) + ColumnGap;
        var right = left + PlotWidth;
        var top = Margin + (int)TitleSize + LegendHeight + 18;
        var bottom = top + (Rows.Count * (RowHeight + RowGap)) - RowGap;
        var canvas = new Canvas(
            right + ColumnGap + (int)MathF.Ceiling(Rows.Max(r => StrokeFont.Measure(r.Details, SmallSize))) + Margin,
            bottom + 34 + Margin - 10,
            Palette.Paper);

        canvas.Write(Title, Margin - StrokeFont.Bearing(TitleSize), Margin + TitleSize, TitleSize, Palette.Ink, FontWeight.Bold);
        DrawLegend(canvas, left, Margin + TitleSize + LegendHeight);
        for (var r = 0; r < Rows.Count; r++)
        {
            DrawRow(canvas, Rows[r], left, top + (r * (RowHeight + RowGap)));
        }

        DrawAxis(canvas, Rows.Max(r => r.Steps.Count), left, bottom);
        return canvas.Image;
    }

    private static void DrawLegend(Canvas canvas, float x, float baseline)
    {
        foreach (var (label, colour) in new[] { ("computed in full", Palette.Full), ("computed in part", Palette.Partial), ("skipped", Palette.Skipped) })
        {
            canvas.FillRounded(x, baseline - 11, 14, 14, 3, colour);
            x += 20;
            x += canvas.Write(label, x, baseline, SmallSize, Palette.Ink) + 22;
        }
    }

    private void DrawRow(Canvas canvas, TimelineRow row, int left, int top)
    {
        var middle = top + (RowHeight / 2f);
        canvas.Write(row.Title, Margin - StrokeFont.Bearing(LabelSize), middle + (LabelSize / 2), LabelSize, Palette.Ink, FontWeight.Bold);
        canvas.Write(row.Details, left + PlotWidth + ColumnGap, middle + (SmallSize / 2), SmallSize, Palette.Muted);

        var cell = (float)PlotWidth / row.Steps.Count;
        var gap = cell >= 5 ? 1f : 0f;
        for (var s = 0; s < row.Steps.Count; s++)
        {
            var x = MathF.Round(left + (s * cell));
            var width = MathF.Round(left + ((s + 1) * cell)) - x - gap;
            var full = (float)(RowHeight * row.Steps[s].Full);
            var partial = (float)(RowHeight * row.Steps[s].Part);
            canvas.Fill(x, top, width, RowHeight, Palette.Skipped);
            canvas.Fill(x, top + RowHeight - full - partial, width, partial, Palette.Partial);
            canvas.Fill(x, top + RowHeight - full, width, full, Palette.Full);
        }
    }

    private void DrawAxis(Canvas canvas, int steps, int left, int bottom)
    {
        var every = steps <= 12 ? 1 : steps <= 60 ? 5 : (int)(10 * Math.Ceiling(steps / 150.0));
        var cell = (float)PlotWidth / steps;
        for (var s = 1; s <= steps; s++)
        {
            if (s == 1 || s % every == 0)
            {
                var centre = left + ((s - 0.5f) * cell);
                canvas.Fill(centre - 0.5f, bottom + 4, 1, 4, Palette.Muted);
                canvas.WriteCentred(s.ToString(CultureInfo.InvariantCulture), centre, bottom + 10 + SmallSize, SmallSize, Palette.Muted);
            }
        }

        canvas.WriteRight("step", left - 8, bottom + 10 + SmallSize, SmallSize, Palette.Muted);
    }
}
