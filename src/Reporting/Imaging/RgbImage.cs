namespace CachePolicies.Reporting;

/// <summary>A picture of 8-bit sRGB pixels, row by row from the top left, three bytes a pixel.</summary>
public sealed class RgbImage
{
    private readonly byte[] _pixels;

    /// <summary>Creates a black picture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public RgbImage(int width, int height)
        : this(width, height, new byte[checked(3 * width * height)])
    {
    }

    /// <summary>Creates a picture over <paramref name="pixels"/>, which it keeps.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">3 · width · height bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the sides.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != checked(3 * width * height))
        {
            throw new ArgumentException($"A picture of {width} × {height} has {3 * width * height} bytes, not {pixels.Length}.", nameof(pixels));
        }

        (Width, Height, _pixels) = (width, height, pixels);
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>All pixels, R G B R G B …</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The pixels for writing.</summary>
    internal Span<byte> WritablePixels => _pixels;

    /// <summary>One pixel.</summary>
    public Rgb this[int x, int y]
    {
        get
        {
            var at = Offset(x, y);
            return new(_pixels[at], _pixels[at + 1], _pixels[at + 2]);
        }
        set
        {
            var at = Offset(x, y);
            (_pixels[at], _pixels[at + 1], _pixels[at + 2]) = (value.R, value.G, value.B);
        }
    }

    /// <summary>A row's pixels.</summary>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(Offset(0, y), 3 * Width);

    /// <summary>The picture of three planes (red, green, blue) of numbers in [−1, 1]; what lies outside is limited, NaN becomes black.</summary>
    /// <param name="planes">[3, height, width].</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="ArgumentException">The number of elements does not fit the sides.</exception>
    public static RgbImage FromPlanes(ReadOnlySpan<float> planes, int width, int height)
    {
        var image = new RgbImage(width, height);
        if (planes.Length != image._pixels.Length)
        {
            throw new ArgumentException($"Three planes of {width} × {height} have {image._pixels.Length} elements, not {planes.Length}.", nameof(planes));
        }

        var plane = width * height;
        for (var i = 0; i < planes.Length; i++)
        {
            image._pixels[(i % plane * 3) + (i / plane)] = ToByte(planes[i]);
        }

        return image;
    }

    /// <summary>The byte of a number in [−1, 1], rounded to the nearest; NaN is 0.</summary>
    public static byte ToByte(float value) => float.IsNaN(value) ? (byte)0 : (byte)MathF.Round(Math.Clamp((value + 1) * 127.5f, 0, 255));

    private int Offset(int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
        return 3 * ((y * Width) + x);
    }
}
