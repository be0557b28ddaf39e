using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace CachePolicies.Backends.Numerics;

/// <summary>Between float32 and the element types that features are stored in.</summary>
internal static unsafe class ElementConversion
{
    /// <summary>Widens as many elements as <paramref name="destination"/> takes. Exact.</summary>
    public static void ToSingle(nint source, ElementType type, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.Float32:
                new ReadOnlySpan<float>((void*)source, destination.Length).CopyTo(destination);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>((void*)source, destination.Length), destination);
                break;
            case ElementType.BFloat16:
                WidenBFloat16(new ReadOnlySpan<ushort>((void*)source, destination.Length), destination);
                break;
            default:
                throw NotFloatingPoint(type);
        }
    }

    /// <summary>Rounds all elements of <paramref name="source"/> to nearest even. NaN stays NaN; what is too large becomes infinite.</summary>
    public static void FromSingle(ReadOnlySpan<float> source, nint destination, ElementType type)
    {
        switch (type)
        {
            case ElementType.Float32:
                source.CopyTo(new Span<float>((void*)destination, source.Length));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(source, new Span<Half>((void*)destination, source.Length));
                break;
            case ElementType.BFloat16:
                RoundToBFloat16(source, new Span<ushort>((void*)destination, source.Length));
                break;
            default:
                throw NotFloatingPoint(type);
        }
    }

    private static void WidenBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            bits[i] = (uint)source[i] << 16;
        }
    }

    private static void RoundToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = Round(new Vector<uint>(bits[i..]));
            var high = Round(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = Round(bits[i]);
        }
    }

    // Half of the last kept place, less one where that place is even, is added before the lower half is cut off. A NaN keeps its upper half and
    // gets the quiet bit, since its payload could otherwise be cut off and leave infinity.
    private static Vector<uint> Round(Vector<uint> bits)
    {
        var rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >>> 16) & Vector<uint>.One)) >>> 16;
        var quiet = (bits >>> 16) | new Vector<uint>(0x40);
        var isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7FFF_FFFF), new Vector<uint>(0x7F80_0000));
        return Vector.ConditionalSelect(isNaN, quiet, rounded);
    }

    private static ushort Round(uint bits) => (bits & 0x7FFF_FFFF) > 0x7F80_0000
        ? (ushort)((bits >> 16) | 0x40)
        : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);

    private static NotSupportedException NotFloatingPoint(ElementType type) => new($"{type} is not a floating-point type.");
}
