using System.Globalization;

namespace CachePolicies.Reporting;

/// <summary>An sRGB colour, 8 bits a channel.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>The colour of a number such as <c>0x1B3A5C</c>.</summary>
    public static Rgb FromHex(int rrggbb) => new((byte)(rrggbb >> 16), (byte)(rrggbb >> 8), (byte)rrggbb);

    /// <summary>This colour where <paramref name="share"/> is 0, <paramref name="other"/> where it is 1.</summary>
    public Rgb Mix(Rgb other, float share) => new(Mix(R, other.R, share), Mix(G, other.G, share), Mix(B, other.B, share));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:X2}{G:X2}{B:X2}");

    private static byte Mix(byte a, byte b, float share) => (byte)Math.Round(a + ((b - a) * Math.Clamp(share, 0f, 1f)));
}
