namespace CachePolicies.Reporting;

/// <summary>How near a picture is to another, in the figures that papers use.</summary>
public static class ImageQuality
{
    /// <summary>
    /// Peak signal-to-noise ratio: 10 · log₁₀(255² / mean (a − b)²) over all pixels and channels, in decibels; +∞ for equal pictures. From 40 dB on
    /// hardly anybody sees a difference.
    /// </summary>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static double Psnr(RgbImage picture, RgbImage reference)
    {
        RequireEqualSize(picture, reference);
        long sum = 0;
        var a = picture.Pixels;
        var b = reference.Pixels;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = a[i] - b[i];
            sum += difference * difference;
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 * a.Length / sum);
    }

    /// <summary>
    /// Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): the mean of (2μₐμ_b + C₁)(2σ_ab + C₂) / ((μₐ² + μ_b² + C₁)(σₐ² + σ_b² + C₂)) over every
    /// place where the 11 × 11 Gaussian window (σ = 1.5) lies within the pictures, K₁ = 0.01, K₂ = 0.03, on their luminance (Rec. 601). 1 for equal
    /// pictures, in [−1, 1].
    /// </summary>
    /// <exception cref="ArgumentException">The pictures differ in size, or a side is shorter than the window.</exception>
    public static double Ssim(RgbImage picture, RgbImage reference)
    {
        RequireEqualSize(picture, reference);
        return StructuralSimilarity.Mean(Luminance(picture), Luminance(reference), picture.Width, picture.Height);
    }

    /// <summary>
    /// Peak signal-to-noise ratio of numbers before they are rounded to bytes: 10 · log₁₀(peak² / mean (a − b)²). Rounding hides errors below
    /// about 59 dB; this shows them.
    /// </summary>
    /// <param name="values">a.</param>
    /// <param name="reference">b, as many.</param>
    /// <param name="peak">The width of the range that the numbers lie in: 2 for [−1, 1].</param>
    /// <exception cref="ArgumentException">The lengths differ or are 0.</exception>
    public static double Psnr(ReadOnlySpan<float> values, ReadOnlySpan<float> reference, double peak = 2)
    {
        if (values.Length != reference.Length || values.IsEmpty)
        {
            throw new ArgumentException($"Pictures of one size can be compared, not {values.Length} numbers with {reference.Length}.");
        }

        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = (double)values[i] - reference[i];
            sum += difference * difference;
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(peak * peak * values.Length / sum);
    }

    private static double[] Luminance(RgbImage image)
    {
        var luminance = new double[image.Width * image.Height];
        var pixels = image.Pixels;
        for (var i = 0; i < luminance.Length; i++)
        {
            luminance[i] = (0.299 * pixels[3 * i]) + (0.587 * pixels[(3 * i) + 1]) + (0.114 * pixels[(3 * i) + 2]);
        }

        return luminance;
    }

    private static void RequireEqualSize(RgbImage picture, RgbImage reference)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(reference);
        if ((picture.Width, picture.Height) != (reference.Width, reference.Height))
        {
            throw new ArgumentException($"Pictures of one size can be compared, not {picture.Width} × {picture.Height} with {reference.Width} × {reference.Height}.");
        }
    }
}
