using System.Globalization;

namespace CachePolicies.Reporting;

/// <summary>A character as the path of a pen. Seven units are the height of a capital; y grows upwards from the baseline.</summary>
/// <param name="Width">The width of the path; the space around it comes on top.</param>
/// <param name="Strokes">Polylines; a single point is a dot.</param>
internal sealed record StrokeGlyph(float Width, (float X, float Y)[][] Strokes)
{
    private const int PointsPerTurn = 48;
    private const int PointsPerCurve = 14;

    /// <summary>
    /// Reads a path: <c>M x,y</c> begins a stroke, <c>L x,y</c> draws a line, <c>C a b c</c> a cubic Bézier curve, <c>A x,y,rx,ry,from,to</c> an arc of an
    /// ellipse (degrees, anticlockwise where they grow), <c>O x,y,rx,ry</c> an ellipse, <c>D x,y</c> a dot.
    /// </summary>
    public static StrokeGlyph Parse(float width, string path)
    {
        var strokes = new List<(float X, float Y)[]>();
        var pen = new List<(float X, float Y)>();
        var words = new Queue<string>(path.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        void Lift()
        {
            if (pen.Count > 0)
            {
                strokes.Add([.. pen]);
                pen.Clear();
            }
        }

        float[] Numbers() => [.. words.Dequeue().Split(',').Select(n => float.Parse(n, CultureInfo.InvariantCulture))];

        while (words.TryDequeue(out var command))
        {
            if (command is "M" or "D" or "O")
            {
                Lift();
            }

            var n = Numbers();
            switch (command)
            {
                case "A":
                    pen.AddRange(Arc(n[0], n[1], n[2], n[3], n[4], n[5]));
                    break;
                case "O":
                    pen.AddRange(Arc(n[0], n[1], n[2], n[3], 0, 360));
                    break;
                case "C":
                    var (second, end) = (Numbers(), Numbers());
                    pen.AddRange(Curve(pen[^1], (n[0], n[1]), (second[0], second[1]), (end[0], end[1])));
                    break;
                default:
                    pen.Add((n[0], n[1]));
                    break;
            }

            if (command is "D" or "O")
            {
                Lift();
            }
        }

        Lift();
        return new StrokeGlyph(width, [.. strokes]);
    }

    private static IEnumerable<(float X, float Y)> Arc(float x, float y, float rx, float ry, float from, float to)
    {
        var count = Math.Max(2, (int)(Math.Abs(to - from) / 360 * PointsPerTurn));
        for (var i = 0; i <= count; i++)
        {
            var (sin, cos) = MathF.SinCos((from + ((to - from) * i / count)) * MathF.PI / 180);
            yield return (x + (rx * cos), y + (ry * sin));
        }
    }

    private static IEnumerable<(float X, float Y)> Curve((float X, float Y) a, (float X, float Y) b, (float X, float Y) c, (float X, float Y) d)
    {
        for (var i = 1; i <= PointsPerCurve; i++)
        {
            var t = (float)i / PointsPerCurve;
            var u = 1 - t;
            var (wa, wb, wc, wd) = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t);
            yield return ((wa * a.X) + (wb * b.X) + (wc * c.X) + (wd * d.X), (wa * a.Y) + (wb * b.Y) + (wc * c.Y) + (wd * d.Y));
        }
    }
}
