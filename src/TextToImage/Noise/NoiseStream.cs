using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>
/// The noise of one request, drawn piece after piece. Of the project's own noise each picture has a stream of its own, that of the seed plus its index;
/// torch's is one generator for the whole batch, as diffusers draws it. Used by one thread at a time.
/// </summary>
public sealed class NoiseStream
{
    private readonly TorchGenerator? _torch;
    private readonly long _seed;
    private readonly int _pictures;
    private readonly int[] _draws;

    /// <summary>Begins a stream.</summary>
    /// <param name="kind">How noise comes from the seed.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="pictures">How many pictures there are, at least 1.</param>
    public NoiseStream(NoiseKind kind, long seed, int pictures = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        (_seed, _pictures, _draws) = (seed, pictures, new int[pictures]);
        _torch = kind == NoiseKind.Torch ? new TorchGenerator(unchecked((ulong)seed)) : null;
    }

    private NoiseStream(NoiseStream other) => (_torch, _seed, _pictures, _draws) = (other._torch?.Copy(), other._seed, other._pictures, [.. other._draws]);

    /// <summary>A stream that goes on as this one does, without moving it.</summary>
    public NoiseStream Copy() => new(this);

    /// <summary>
    /// What goes on drawing for one picture where the stream is now: in turn with the other pictures of the batch, as they would be drawn together. A new
    /// source at each call, so that a generation can be repeated.
    /// </summary>
    /// <param name="picture">The picture's index.</param>
    public NoiseDraw Continue(int picture)
    {
        var stream = Copy();
        return destination =>
        {
            for (var i = 0; i < stream._pictures; i++)
            {
                if (i == picture)
                {
                    stream.DrawOne(i, destination.Length).CopyTo(destination);
                }
                else if (stream._torch is not null)
                {
                    stream.DrawOne(i, destination.Length);
                }
            }
        };
    }

    /// <summary>Draws noise for every picture.</summary>
    /// <param name="count">Numbers per picture.</param>
    public float[][] Draw(int count)
    {
        if (_torch is null)
        {
            return [.. Enumerable.Range(0, _pictures).Select(i => DrawOne(i, count))];
        }

        var all = new float[checked(_pictures * count)];
        _torch.FillNormal(all);
        return [.. Enumerable.Range(0, _pictures).Select(i => all.AsSpan(i * count, count).ToArray())];
    }

    /// <summary>Draws noise for one picture alone.</summary>
    /// <param name="picture">The picture's index.</param>
    /// <param name="count">How many numbers.</param>
    public float[] DrawOne(int picture, int count)
    {
        if (_torch is null)
        {
            // The first draw is the seed's own noise; later ones come from seeds far from those of other pictures.
            var draw = _draws[picture]++;
            return GaussianNoise.Create(unchecked(_seed + picture + (draw * 0x5851F42D4C957F2D)), count);
        }

        var noise = new float[count];
        _torch.FillNormal(noise);
        return noise;
    }
}
