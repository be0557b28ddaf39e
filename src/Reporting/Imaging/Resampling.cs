namespace CachePolicies.Reporting;

/// <summary>How a picture is made larger or smaller.</summary>
public enum Resampling
{
    /// <summary>The nearest pixel: shows the pixels as they are.</summary>
    Nearest,

    /// <summary>Catmull–Rom bicubic: smooth, and exact at the picture's own pixels.</summary>
    Smooth,
}

/// <summary>Changes the size of pictures.</summary>
public static class RgbImageResampling
{
    /// <summary>The picture in another size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Resize(this RgbImage image, int width, int height, Resampling resampling = Resampling.Smooth)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if ((width, height) == (image.Width, image.Height))
        {
            return image;
        }

        var across = Taps.For(image.Width, width, resampling);
        var down = Taps.For(image.Height, height, resampling);
        var rows = new float[3 * width * image.Height];
        for (var y = 0; y < image.Height; y++)
        {
            Widen(image.Row(y), across, rows.AsSpan(3 * width * y, 3 * width));
        }

        var result = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            Stack(rows, 3 * width, down[y], result.WritablePixels.Slice(3 * width * y, 3 * width));
        }

        return result;
    }

    private static void Widen(ReadOnlySpan<byte> row, Taps[] taps, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var tap = taps[i / 3];
            var sum = 0f;
            for (var k = 0; k < tap.Weights.Length; k++)
            {
                sum += tap.Weights[k] * row[(3 * tap.Indices[k]) + (i % 3)];
            }

            destination[i] = sum;
        }
    }

    private static void Stack(ReadOnlySpan<float> rows, int stride, Taps tap, Span<byte> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var sum = 0f;
            for (var k = 0; k < tap.Weights.Length; k++)
            {
                sum += tap.Weights[k] * rows[(tap.Indices[k] * stride) + i];
            }

            destination[i] = (byte)MathF.Round(Math.Clamp(sum, 0, 255));
        }
    }

    /// <summary>The source pixels that a target pixel is made of, along one axis.</summary>
    private readonly record struct Taps(int[] Indices, float[] Weights)
    {
        public static Taps[] For(int from, int to, Resampling resampling)
        {
            var taps = new Taps[to];
            for (var i = 0; i < to; i++)
            {
                var centre = ((i + 0.5f) * from / to) - 0.5f;
                taps[i] = resampling == Resampling.Nearest
                    ? new Taps([Math.Clamp((int)MathF.Floor(centre + 0.5f), 0, from - 1)], [1])
                    : Bicubic(centre, from, Math.Max(1f, (float)from / to));
            }

            return taps;
        }

        private static Taps Bicubic(float centre, int from, float scale)
        {
            var first = (int)MathF.Ceiling(centre - (2 * scale));
            var count = (int)MathF.Floor(centre + (2 * scale)) - first + 1;
            var (indices, weights) = (new int[count], new float[count]);
            for (var k = 0; k < count; k++)
            {
                indices[k] = Math.Clamp(first + k, 0, from - 1);
                weights[k] = CatmullRom(MathF.Abs(first + k - centre) / scale);
            }

            var sum = weights.Sum();
            return new Taps(indices, Array.ConvertAll(weights, w => w / sum));
        }

        private static float CatmullRom(float x) => x switch
        {
            < 1 => (((1.5f * x) - 2.5f) * x * x) + 1,
            < 2 => (((((-0.5f * x) + 2.5f) * x) - 4) * x) + 2,
            _ => 0,
        };
    }
}
