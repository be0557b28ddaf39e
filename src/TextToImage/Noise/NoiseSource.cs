namespace CachePolicies.TextToImage;

/// <summary>The noise of a batch of pictures.</summary>
public static class NoiseSource
{
    /// <summary>
    /// Noise for each picture. Of the project's own noise picture i is that of the seed plus i alone; torch's is one draw for the whole batch, as diffusers makes it.
    /// </summary>
    /// <param name="kind">How noise comes from the seed.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="pictures">How many, at least 1.</param>
    /// <param name="count">Numbers per picture.</param>
    public static float[][] Create(NoiseKind kind, long seed, int pictures, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        if (kind == NoiseKind.Own)
        {
            return [.. Enumerable.Range(0, pictures).Select(i => GaussianNoise.Create(unchecked(seed + i), count))];
        }

        var all = new float[checked(pictures * count)];
        new TorchGenerator(unchecked((ulong)seed)).FillNormal(all);
        return [.. Enumerable.Range(0, pictures).Select(i => all.AsSpan(i * count, count).ToArray())];
    }
}
