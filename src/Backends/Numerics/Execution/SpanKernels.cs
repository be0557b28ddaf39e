using System.Numerics;
using System.Numerics.Tensors;
using CachePolicies.Backends.Numerics.Plans;

namespace CachePolicies.Backends.Numerics.Execution;

/// <summary>Span operations that TensorPrimitives does not have.</summary>
internal static class SpanKernels
{
    /// <summary>Columns of a window from which on its sum is vectorised.</summary>
    private const int VectorisedWindow = 64;

    /// <summary>target[i] := source[i], or <paramref name="replacement"/> where that is NaN. Both may be the same span.</summary>
    public static void ReplaceNaN(ReadOnlySpan<float> source, float replacement, Span<float> target)
    {
        var i = 0;
        var vector = new Vector<float>(replacement);
        for (; i <= source.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(source[i..]);
            Vector.ConditionalSelect(Vector.Equals(value, value), value, vector).CopyTo(target[i..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = float.IsNaN(source[i]) ? replacement : source[i];
        }
    }

    /// <summary>target[i] := target[i] + Σ rows[r][i] in float32; without target[i] if <paramref name="isFirst"/>.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="target">As many columns as are summed.</param>
    /// <param name="isFirst">Whether nothing was summed up before.</param>
    public static unsafe void AddRows(float* rows, nint stride, int count, Span<float> target, bool isFirst)
    {
        var i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var sum = isFirst ? Vector<float>.Zero : new Vector<float>(target[i..]);
            var row = rows + i;
            for (var r = 0; r < count; r++, row += stride)
            {
                sum += Vector.Load(row);
            }

            sum.CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            var sum = isFirst ? 0 : target[i];
            for (var r = 0; r < count; r++)
            {
                sum += rows[(r * stride) + i];
            }

            target[i] = sum;
        }
    }

    /// <summary>sums[w] := the sum of the w-th run of <paramref name="width"/> columns, in float32 over at most a block. The columns are used up.</summary>
    public static void SumWindows(Span<float> columns, int width, Span<float> sums)
    {
        if (width >= VectorisedWindow)
        {
            for (var w = 0; w < sums.Length; w++)
            {
                sums[w] = Sum(columns.Slice(w * width, width));
            }

            return;
        }

        for (; width % 2 == 0; width /= 2, columns = columns[..(columns.Length / 2)])
        {
            AddPairs(columns);
        }

        if (width == 1)
        {
            columns.CopyTo(sums);
        }
        else
        {
            SumOddWindows(columns, width, sums);
        }
    }

    // columns[i] := columns[2i] + columns[2i + 1]; what is written was read before.
    private static void AddPairs(Span<float> columns)
    {
        var i = 0;
        for (; i <= (columns.Length / 2) - Vector<float>.Count; i += Vector<float>.Count)
        {
            var low = Vector.AsVectorUInt64(new Vector<float>(columns[(2 * i)..]));
            var high = Vector.AsVectorUInt64(new Vector<float>(columns[((2 * i) + Vector<float>.Count)..]));
            var even = Vector.AsVectorSingle(Vector.Narrow(low, high));
            var odd = Vector.AsVectorSingle(Vector.Narrow(low >>> 32, high >>> 32));
            (even + odd).CopyTo(columns[i..]);
        }

        for (; i < columns.Length / 2; i++)
        {
            columns[i] = columns[2 * i] + columns[(2 * i) + 1];
        }
    }

    // Four windows at a time, whose sums do not wait for each other.
    private static void SumOddWindows(ReadOnlySpan<float> columns, int width, Span<float> sums)
    {
        var w = 0;
        for (; w <= sums.Length - 4; w += 4, columns = columns[(4 * width)..])
        {
            float first = 0, second = 0, third = 0, fourth = 0;
            for (var i = 0; i < width; i++)
            {
                first += columns[i];
                second += columns[width + i];
                third += columns[(2 * width) + i];
                fourth += columns[(3 * width) + i];
            }

            (sums[w], sums[w + 1], sums[w + 2], sums[w + 3]) = (first, second, third, fourth);
        }

        for (; w < sums.Length; w++, columns = columns[width..])
        {
            sums[w] = TensorPrimitives.Sum(columns[..width]);
        }
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (; values.Length > KernelPlan.LongestBlock; values = values[KernelPlan.LongestBlock..])
        {
            sum += TensorPrimitives.Sum(values[..KernelPlan.LongestBlock]);
        }

        return (float)(sum + TensorPrimitives.Sum(values));
    }
}
