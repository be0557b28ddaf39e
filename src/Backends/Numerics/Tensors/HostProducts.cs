using System.Numerics;

namespace CachePolicies.Backends.Numerics;

/// <summary>Scalar products of tensors in host memory. Thread-safe, allocation-free.</summary>
public static unsafe class HostProducts
{
    private const int BlockLength = 512;

    /// <summary>The scalar product of two tensors, each product and the sum in float64.</summary>
    /// <exception cref="ArgumentException">Types, shapes or rows differ, a tensor holds integers, or one does not lie in host memory.</exception>
    public static double Dot(FeatureTensor a, FeatureTensor b)
    {
        var (left, right) = (HostTransfers.AddressOf(a, nameof(a)), HostTransfers.AddressOf(b, nameof(b)));
        if (a.ElementType != b.ElementType || a.Rows != b.Rows || !a.Shape.Equals(b.Shape) || !a.ElementType.IsFloatingPoint())
        {
            throw new ArgumentException($"A scalar product needs two floating-point tensors of one type and shape, not {a} and {b}.", nameof(b));
        }

        var sum = 0.0;
        var elements = a.Shape.ElementCount * a.Rows;
        var size = a.ElementType.ByteSize();
        Span<float> x = stackalloc float[BlockLength];
        Span<float> y = stackalloc float[BlockLength];
        for (long at = 0; at < elements; at += BlockLength)
        {
            var length = (int)Math.Min(BlockLength, elements - at);
            ElementConversion.ToSingle(left + (nint)(at * size), a.ElementType, x[..length]);
            ElementConversion.ToSingle(right + (nint)(at * size), a.ElementType, y[..length]);
            sum += Dot(x[..length], y[..length]);
        }

        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return sum;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sums = Vector<double>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(a[i..]), out var aLow, out var aHigh);
            Vector.Widen(new Vector<float>(b[i..]), out var bLow, out var bHigh);
            sums += (aLow * bLow) + (aHigh * bHigh);
        }

        var sum = Vector.Sum(sums);
        for (; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}
