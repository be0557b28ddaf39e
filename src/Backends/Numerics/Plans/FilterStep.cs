using System.Numerics.Tensors;

namespace CachePolicies.Backends.Numerics.Plans;

/// <summary>
/// Filters elements in scratch memory along one axis, in place: a product with the circulant matrix whose first row is the transform of the gains. It
/// costs <see cref="Size"/> multiplications an element, which for the grids of latents and tokens is as good as a fast transform.
/// </summary>
/// <param name="Filter">Gains and axis.</param>
/// <param name="Signal">The number α.</param>
/// <param name="Noise">The number β.</param>
/// <param name="Elements">How many elements there are.</param>
/// <param name="Offset">Where in the scratch memory they lie.</param>
/// <param name="WorkOffset">Where the step has memory of its own.</param>
internal sealed record FilterStep(WienerExpression Filter, int Signal, int Noise, long Elements, long Offset, long WorkOffset)
{
    private const int LongestRun = 256;

    private readonly double[] _powers = Filter.FrequencyPowers();
    private readonly double[] _cosines = [.. Enumerable.Range(0, Filter.Size).Select(k => Math.Cos(2 * Math.PI * k / Filter.Size))];

    /// <summary>The bytes of memory that a step needs for itself: gains, the matrix's row twice, and a copy of what is filtered at a time.</summary>
    public static long WorkBytes(WienerExpression filter) =>
        (filter.Size * (long)sizeof(double)) + (2L * filter.Size * sizeof(float)) + ((long)filter.Size * Math.Min(filter.Stride, LongestRun) * sizeof(float));

    private int Size => Filter.Size;

    private int Stride => Filter.Stride;

    /// <summary>Filters.</summary>
    /// <param name="scratch">The scratch memory.</param>
    /// <param name="signal">α.</param>
    /// <param name="noise">β.</param>
    public unsafe void Run(byte* scratch, float signal, float noise)
    {
        var gains = new Span<double>(scratch + WorkOffset, Size);
        var row = (float*)(scratch + WorkOffset + (Size * sizeof(double)));
        var copy = row + (2 * Size);
        FillRow(gains, new Span<float>(row, 2 * Size), signal, noise);
        var elements = (float*)(scratch + Offset);
        for (long block = 0; block < Elements; block += (long)Size * Stride)
        {
            for (var first = 0; first < Stride; first += LongestRun)
            {
                Multiply(elements + block + first, Math.Min(LongestRun, Stride - first), row, copy);
            }
        }
    }

    private unsafe void Multiply(float* elements, int run, float* row, float* copy)
    {
        for (var j = 0; j < Size; j++)
        {
            new ReadOnlySpan<float>(elements + ((long)j * Stride), run).CopyTo(new Span<float>(copy + (j * run), run));
        }

        for (var i = 0; i < Size; i++)
        {
            // Row i of the matrix begins i places before the end of the first row's period.
            var weights = row + Size - i;
            var target = new Span<float>(elements + ((long)i * Stride), run);
            if (run == 1)
            {
                target[0] = TensorPrimitives.Dot(new ReadOnlySpan<float>(weights, Size), new ReadOnlySpan<float>(copy, Size));
                continue;
            }

            TensorPrimitives.Multiply(new ReadOnlySpan<float>(copy, run), weights[0], target);
            for (var j = 1; j < Size; j++)
            {
                TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(copy + (j * run), run), weights[j], target, target);
            }
        }
    }

    private void FillRow(Span<double> gains, Span<float> row, double signal, double noise)
    {
        for (var f = 0; f < Size; f++)
        {
            gains[f] = signal / ((signal * signal) + (noise * noise * _powers[f]));
        }

        // The mean of the gains is their sum over the size, and so is the transform's own divisor.
        var sum = TensorPrimitives.Sum(gains);
        for (var k = 0; k < Size; k++)
        {
            double value = 0;
            for (int f = 0, at = 0; f < Size; f++, at = at + k >= Size ? at + k - Size : at + k)
            {
                value += gains[f] * _cosines[at];
            }

            row[k] = row[k + Size] = (float)(value / sum);
        }
    }
}
