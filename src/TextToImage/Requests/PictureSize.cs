using System.Globalization;

namespace CachePolicies.TextToImage;

/// <summary>The sides of a picture.</summary>
/// <param name="Width">Pixels per row, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct PictureSize(int Width, int Height)
{
    /// <summary>The number of pixels.</summary>
    public long Pixels => (long)Width * Height;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width} × {Height}");
}
