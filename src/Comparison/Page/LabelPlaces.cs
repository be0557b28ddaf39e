namespace CachePolicies.Comparison;

/// <summary>
/// Finds room for the labels of a chart's marks: beside, above or below its mark, where it covers no other label and no mark and stays within the chart;
/// where there is none, where it covers the least.
/// </summary>
/// <param name="left">The chart's left edge.</param>
/// <param name="right">Its right edge.</param>
/// <param name="top">Its upper edge.</param>
/// <param name="bottom">Its lower edge.</param>
/// <param name="marks">The middles of all marks.</param>
internal sealed class LabelPlaces(double left, double right, double top, double bottom, IEnumerable<(double X, double Y)> marks)
{
    private const double LetterWidth = 7.2;
    private const double LetterHeight = 12;
    private const double MarkRadius = 6;
    private const double Gap = 4;

    private readonly List<Box> _taken = [.. marks.Select(m => new Box(m.X - MarkRadius, m.Y - MarkRadius, m.X + MarkRadius, m.Y + MarkRadius))];

    /// <summary>Places the label of a mark.</summary>
    /// <returns>The text's anchor point on its base line, and which part of the text stands there.</returns>
    public (double X, double Y, string Anchor) Place(double x, double y, string label)
    {
        var width = label.Length * LetterWidth;
        var (beside, above, below) = (MarkRadius + Gap, y - MarkRadius - Gap, y + MarkRadius + Gap + (0.75 * LetterHeight));
        (double X, double Y, string Anchor)[] places =
        [
            (x + beside, y + Gap, "start"), (x - beside, y + Gap, "end"),
            (x, above, "middle"), (x, below, "middle"),
            (x + Gap, above, "start"), (x - Gap, above, "end"), (x + Gap, below, "start"), (x - Gap, below, "end"),
        ];
        var best = places.MinBy(p => Covered(BoxOf(p, width)));
        _taken.Add(BoxOf(best, width));
        return best;
    }

    private static Box BoxOf((double X, double Y, string Anchor) place, double width)
    {
        var start = place.X - (place.Anchor == "end" ? width : place.Anchor == "middle" ? width / 2 : 0);
        return new Box(start, place.Y - (0.8 * LetterHeight), start + width, place.Y + (0.2 * LetterHeight));
    }

    private double Covered(Box box)
    {
        var outside = box.Area - box.Common(new Box(left, top, right, bottom));
        return (2 * outside) + _taken.Sum(box.Common);
    }

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public double Area => (Right - Left) * (Bottom - Top);

        public double Common(Box other) =>
            Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left)) * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
    }
}
