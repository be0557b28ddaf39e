namespace CachePolicies.TextToImage;

/// <summary>
/// The random numbers of PyTorch's generator on the CPU, so that a seed makes the same noise here and there: <c>torch.Generator().manual_seed(seed)</c>
/// with <c>torch.randn(shape, generator=…)</c>, in float32.
/// </summary>
/// <remarks>
/// The engine is the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded with the low 32 bits of the seed. Normal numbers are made by the
/// transform of Box and Muller as <c>aten/src/ATen/native/cpu/DistributionTemplates.h</c> applies it: from 16 numbers on, in blocks of 16 from 24-bit uniforms;
/// fewer one after another from 53-bit uniforms, in float64. Differences from PyTorch come from logarithm and sine alone: within 5e-7. Not thread-safe.
/// </remarks>
public sealed class TorchGenerator
{
    private const int Size = 624;
    private const int Period = 397;
    private const int Block = 16;

    private readonly uint[] _state;
    private int _next = Size;
    private double? _spare;

    /// <summary>A generator as <c>manual_seed</c> leaves it.</summary>
    /// <param name="seed">Any seed; PyTorch looks at its low 32 bits only.</param>
    public TorchGenerator(ulong seed)
    {
        _state = new uint[Size];
        _state[0] = (uint)seed;
        for (var i = 1; i < Size; i++)
        {
            _state[i] = (1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
        }
    }

    private TorchGenerator(TorchGenerator other) => (_state, _next, _spare) = ([.. other._state], other._next, other._spare);

    /// <summary>A generator that goes on as this one does, without moving it.</summary>
    public TorchGenerator Copy() => new(this);

    /// <summary>Fills a tensor with standard normal numbers, as one call of <c>torch.randn</c> does.</summary>
    /// <param name="destination">The tensor, row-major. The length matters: two halves are not filled as the whole is.</param>
    public void FillNormal(Span<float> destination)
    {
        if (destination.Length < Block)
        {
            foreach (ref var number in destination)
            {
                number = (float)NextNormal();
            }

            return;
        }

        foreach (ref var number in destination)
        {
            number = NextUniform();
        }

        for (var start = 0; start + Block <= destination.Length; start += Block)
        {
            ToNormal(destination.Slice(start, Block));
        }

        if (destination.Length % Block != 0)
        {
            // The last 16 numbers are drawn again, over those that are normal already.
            var last = destination[^Block..];
            foreach (ref var number in last)
            {
                number = NextUniform();
            }

            ToNormal(last);
        }
    }

    // r = √(−2 ln(1 − u_j)), θ = 2π u_{j+8}: r cos θ and r sin θ take their places.
    private static void ToNormal(Span<float> block)
    {
        const int half = Block / 2;
        for (var j = 0; j < half; j++)
        {
            var radius = MathF.Sqrt(-2 * MathF.Log(1 - block[j]));
            var angle = 2 * MathF.PI * block[j + half];
            block[j] = radius * MathF.Cos(angle);
            block[j + half] = radius * MathF.Sin(angle);
        }
    }

    private double NextNormal()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        var turn = NextDouble();
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var angle = 2 * Math.PI * turn;
        _spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private float NextUniform() => (Next() & 0xFFFFFF) * (1f / (1 << 24));

    private double NextDouble()
    {
        var high = (ulong)Next() << 32;
        return ((high | Next()) & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
    }

    private uint Next()
    {
        if (_next == Size)
        {
            Twist();
        }

        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (var i = 0; i < Size; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7FFFFFFF);
            _state[i] = _state[(i + Period) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }

        _next = 0;
    }
}
