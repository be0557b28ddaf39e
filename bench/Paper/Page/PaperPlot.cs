using System.Globalization;
using ScottPlot;

namespace CachePolicies.Bench;

/// <summary>A line of a plot.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">By rising x.</param>
internal sealed record PlottedLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>The page's plots as SVG.</summary>
internal static class PaperPlot
{
    private const int Width = 720;
    private const int Height = 420;
    private const string Font = "DejaVu Sans";

    private static readonly int[] TickDigits = [1, 2, 5];

    /// <summary>Lines with marks and a legend; points that are not finite are left out.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="x">What x is.</param>
    /// <param name="y">What y is.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="isLogarithmic">Whether both axes are logarithmic.</param>
    public static string Lines(string title, string x, string y, IEnumerable<PlottedLine> lines, bool isLogarithmic = false)
    {
        var plot = Named(title, x, y);
        foreach (var line in lines)
        {
            var points = line.Points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y) && (!isLogarithmic || (p.X > 0 && p.Y > 0))).ToArray();
            if (points.Length > 0)
            {
                var drawn = plot.Add.Scatter(points.Select(p => Place(p.X)).ToArray(), points.Select(p => Place(p.Y)).ToArray());
                drawn.LegendText = line.Name;
            }
        }

        if (isLogarithmic)
        {
            plot.Axes.Bottom.TickGenerator = Decades();
            plot.Axes.Left.TickGenerator = Decades();
        }

        plot.ShowLegend(Edge.Right);
        return plot.GetSvgXml(Width, Height);

        double Place(double value) => isLogarithmic ? Math.Log10(value) : value;
    }

    /// <summary>A heat map with its number in every cell.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="x">What the columns are.</param>
    /// <param name="columns">The columns' values.</param>
    /// <param name="y">What the rows are.</param>
    /// <param name="rows">The rows' values, from bottom to top.</param>
    /// <param name="values">By row and column.</param>
    public static string Heat(string title, string x, IReadOnlyList<string> columns, string y, IReadOnlyList<string> rows, double[,] values)
    {
        var plot = Named(title, x, y);
        var finite = values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        var (least, most) = (finite.Min(), finite.Max());
        var colours = new ScottPlot.Colormaps.Viridis();
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                var share = most > least ? (values[row, column] - least) / (most - least) : 0;
                var cell = plot.Add.Rectangle(column - 0.5, column + 0.5, row - 0.5, row + 0.5);
                cell.FillColor = colours.GetColor(share);
                cell.LineWidth = 0;
                var number = plot.Add.Text(values[row, column].ToString("F1", CultureInfo.InvariantCulture), column, row);
                number.LabelFontName = Font;
                number.LabelFontColor = share > 0.6 ? Colors.Black : Colors.White;
                number.LabelAlignment = Alignment.MiddleCenter;
            }
        }

        plot.Axes.Bottom.TickGenerator = Ticks(columns);
        plot.Axes.Left.TickGenerator = Ticks(rows);
        plot.Axes.SetLimits(-0.5, columns.Count - 0.5, -0.5, rows.Count - 0.5);
        plot.HideGrid();
        return plot.GetSvgXml(Width, Height);
    }

    private static Plot Named(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Font.Set(Font);
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        return plot;
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(IReadOnlyList<string> labels) =>
        new([.. Enumerable.Range(0, labels.Count).Select(i => (double)i)], [.. labels]);

    /// <summary>Ticks for values whose logarithms are drawn: 1, 2 and 5 of each power of ten.</summary>
    private static ScottPlot.TickGenerators.NumericManual Decades()
    {
        double[] values = [.. Enumerable.Range(-4, 8).SelectMany(_ => TickDigits, (power, digit) => digit * Math.Pow(10, power))];
        return new([.. values.Select(Math.Log10)], [.. values.Select(v => v.ToString("G3", CultureInfo.InvariantCulture))]);
    }
}
