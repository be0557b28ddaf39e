namespace CachePolicies.Reporting;

/// <summary>Draws on a picture. Coordinates are in pixels from the top left; edges of shapes and letters are smoothed.</summary>
internal sealed class Canvas
{
    public Canvas(int width, int height, Rgb background)
    {
        Image = new RgbImage(width, height);
        Fill(0, 0, width, height, background);
    }

    public RgbImage Image { get; }

    /// <summary>Fills a rectangle whose sides may lie between pixels.</summary>
    public void Fill(float x, float y, float width, float height, Rgb colour)
    {
        for (var row = Clip(MathF.Floor(y), Image.Height); row < Clip(MathF.Ceiling(y + height), Image.Height); row++)
        {
            var vertical = Overlap(row, y, y + height);
            for (var column = Clip(MathF.Floor(x), Image.Width); column < Clip(MathF.Ceiling(x + width), Image.Width); column++)
            {
                Blend(column, row, colour, vertical * Overlap(column, x, x + width));
            }
        }
    }

    /// <summary>Fills a rectangle with round corners.</summary>
    public void FillRounded(float x, float y, float width, float height, float radius, Rgb colour)
    {
        var (halfWidth, halfHeight) = (width / 2, height / 2);
        radius = Math.Min(radius, Math.Min(halfWidth, halfHeight));
        for (var row = Clip(MathF.Floor(y), Image.Height); row < Clip(MathF.Ceiling(y + height), Image.Height); row++)
        {
            for (var column = Clip(MathF.Floor(x), Image.Width); column < Clip(MathF.Ceiling(x + width), Image.Width); column++)
            {
                var dx = MathF.Abs(column + 0.5f - x - halfWidth) - halfWidth + radius;
                var dy = MathF.Abs(row + 0.5f - y - halfHeight) - halfHeight + radius;
                var outside = MathF.Sqrt((Math.Max(dx, 0) * Math.Max(dx, 0)) + (Math.Max(dy, 0) * Math.Max(dy, 0))) + Math.Min(Math.Max(dx, dy), 0) - radius;
                Blend(column, row, colour, Math.Clamp(0.5f - outside, 0, 1));
            }
        }
    }

    /// <summary>Lays a picture on the canvas.</summary>
    public void Draw(RgbImage picture, int x, int y)
    {
        for (var row = 0; row < picture.Height; row++)
        {
            for (var column = 0; column < picture.Width; column++)
            {
                if ((uint)(x + column) < (uint)Image.Width && (uint)(y + row) < (uint)Image.Height)
                {
                    Image[x + column, y + row] = picture[column, row];
                }
            }
        }
    }

    /// <summary>Writes a line of text whose first letter begins at <paramref name="x"/> and stands on <paramref name="baseline"/>.</summary>
    /// <returns>The width of the text.</returns>
    public float Write(string text, float x, float baseline, float capHeight, Rgb colour, FontWeight weight = FontWeight.Regular)
    {
        var pen = x;
        foreach (var character in text)
        {
            Trace(StrokeFont.Of(character), pen + StrokeFont.Bearing(capHeight), baseline, capHeight, colour, weight);
            pen += StrokeFont.Advance(character, capHeight);
        }

        return pen - x;
    }

    /// <summary>Writes a line of text that ends at <paramref name="right"/>.</summary>
    public void WriteRight(string text, float right, float baseline, float capHeight, Rgb colour, FontWeight weight = FontWeight.Regular) =>
        Write(text, right - StrokeFont.Measure(text, capHeight), baseline, capHeight, colour, weight);

    /// <summary>Writes a line of text around <paramref name="centre"/>.</summary>
    public void WriteCentred(string text, float centre, float baseline, float capHeight, Rgb colour, FontWeight weight = FontWeight.Regular) =>
        Write(text, centre - (StrokeFont.Measure(text, capHeight) / 2), baseline, capHeight, colour, weight);

    private void Trace(StrokeGlyph glyph, float x, float baseline, float capHeight, Rgb colour, FontWeight weight)
    {
        if (glyph.Strokes.Length == 0)
        {
            return;
        }

        var scale = capHeight / StrokeFont.CapHeight;
        var pen = StrokeFont.HalfPen(capHeight, weight);
        var strokes = Array.ConvertAll(glyph.Strokes, s => Array.ConvertAll(s, p => (X: x + (p.X * scale), Y: baseline - (p.Y * scale))));
        var all = strokes.SelectMany(s => s).ToArray();
        var margin = pen + 1;
        for (var row = Clip(all.Min(p => p.Y) - margin, Image.Height); row < Clip(all.Max(p => p.Y) + margin + 1, Image.Height); row++)
        {
            for (var column = Clip(all.Min(p => p.X) - margin, Image.Width); column < Clip(all.Max(p => p.X) + margin + 1, Image.Width); column++)
            {
                var distance = strokes.Min(s => Distance(column + 0.5f, row + 0.5f, s));
                Blend(column, row, colour, Math.Clamp(pen + 0.5f - distance, 0, 1));
            }
        }
    }

    private static float Distance(float x, float y, (float X, float Y)[] stroke)
    {
        var nearest = float.MaxValue;
        for (var i = 0; i < stroke.Length; i++)
        {
            var (a, b) = (stroke[Math.Max(0, i - 1)], stroke[i]);
            var (dx, dy) = (b.X - a.X, b.Y - a.Y);
            var length = (dx * dx) + (dy * dy);
            var along = length == 0 ? 0 : Math.Clamp((((x - a.X) * dx) + ((y - a.Y) * dy)) / length, 0, 1);
            var (ex, ey) = (a.X + (along * dx) - x, a.Y + (along * dy) - y);
            nearest = Math.Min(nearest, (ex * ex) + (ey * ey));
        }

        return MathF.Sqrt(nearest);
    }

    private void Blend(int x, int y, Rgb colour, float coverage)
    {
        if (coverage > 0)
        {
            Image[x, y] = coverage >= 1 ? colour : Image[x, y].Mix(colour, coverage);
        }
    }

    private static int Clip(float value, int limit) => Math.Clamp((int)value, 0, limit);

    private static float Overlap(int pixel, float from, float to) => Math.Clamp(Math.Min(pixel + 1, to) - Math.Max(pixel, from), 0, 1);
}
