using System.Numerics;
using System.Numerics.Tensors;

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

    /// <summary>Adds the sum of each run of <paramref name="width"/> columns to its window: float32 over at most a block, float64 beyond.</summary>
    public static void AddWindows(ReadOnlySpan<float> columns, int width, Span<double> windows)
    {
        for (var w = 0; w < windows.Length; w++)
        {
            var window = columns.Slice(w * width, width);
            if (width < VectorisedWindow)
            {
                var sum = 0f;
                foreach (var value in window)
                {
                    sum += value;
                }

                windows[w] += sum;
                continue;
            }

            for (; window.Length > HostKernelCompiler.BlockLength; window = window[HostKernelCompiler.BlockLength..])
            {
                windows[w] += TensorPrimitives.Sum(window[..HostKernelCompiler.BlockLength]);
            }

            windows[w] += TensorPrimitives.Sum(window);
        }
    }
}
