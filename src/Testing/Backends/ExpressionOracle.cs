using System.Globalization;

namespace CachePolicies.Testing;

/// <summary>A tensor of the oracle: each element with a bound of how far float32 arithmetic may be from it.</summary>
internal sealed record OracleTensor(TensorShape Shape, double[] Values, double[] Errors)
{
    /// <summary>Refuses what lies outside the bounds, or is not NaN or infinite exactly where it must be.</summary>
    /// <param name="actual">The elements that a backend computed.</param>
    /// <param name="type">The type they were stored in, whose rounding is allowed.</param>
    public void Expect(ReadOnlySpan<float> actual, ElementType type = ElementType.Float32)
    {
        Testing.Expect.Equal(Values.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            var (value, error) = (Values[i], Errors[i] + StorageError(Values[i], type));
            if (!double.IsFinite(error))
            {
                continue; // Within its bounds the element may be anything: a divisor that rounding may make 0, for instance.
            }

            var fits = double.IsNaN(value) ? float.IsNaN(actual[i]) : double.IsInfinity(value) ? actual[i] == value : Math.Abs(actual[i] - value) <= error;
            if (!fits)
            {
                throw new BackendLawException(string.Create(CultureInfo.InvariantCulture, $"element {i} of {Shape} is {actual[i]:R}; expected {value:R} ± {error:R}"));
            }
        }
    }

    private static double StorageError(double value, ElementType type) => type switch
    {
        ElementType.Float16 => Math.Abs(value) > 65_500 ? double.PositiveInfinity : (Math.Abs(value) / 1024) + 6e-8,
        ElementType.BFloat16 => Math.Abs(value) / 128,
        _ => 0,
    };
}

/// <summary>
/// The naive evaluator of expressions in float64, element by element, that backends are compared with. Beside each value it carries a bound of
/// the error that float32 arithmetic may make (running error analysis), so that a comparison is neither lax nor wrong where digits cancel.
/// </summary>
/// <param name="unitRoundoff">The relative error of one operation; 2⁻²⁴ for IEEE 754 float32.</param>
/// <param name="sumRoundoff">The error of a sum of n elements, relative to the sum of their magnitudes.</param>
internal sealed class ExpressionOracle(double unitRoundoff, Func<long, double> sumRoundoff)
{
    /// <summary>The oracle for float32 as IEEE 754 has it.</summary>
    public static ExpressionOracle Ieee { get; } = new BackendLawOptions().Oracle;

    private const double Tiny = 1e-37; // Where float32 loses digits to underflow.

    /// <summary>Evaluates an expression.</summary>
    public OracleTensor Evaluate(TensorExpression expression, OracleTensor[] inputs, float[] scalars) => expression switch
    {
        InputExpression e => inputs[e.Index],
        FramesExpression e => Frames(e, inputs[e.Index]),
        ScalarExpression e => Number(scalars[e.Index]),
        ConstantExpression e => Number(e.Value),
        UnaryExpression e => Map(Evaluate(e.Operand, inputs, scalars), (v, d) => Unary(e.Operation, v, d)),
        ClampExpression e => Map(Evaluate(e.Operand, inputs, scalars), (v, d) => (Math.Clamp(v, e.Minimum, e.Maximum), d)),
        ReplaceNaNExpression e => Map(Evaluate(e.Operand, inputs, scalars), (v, d) => double.IsNaN(v) ? (e.Replacement, d) : (v, d)),
        BinaryExpression e => Binary(e.Operation, Evaluate(e.Left, inputs, scalars), Evaluate(e.Right, inputs, scalars)),
        AveragePoolExpression e => Pool(e, Evaluate(e.Operand, inputs, scalars)),
        ReduceExpression e => Reduce(e, Evaluate(e.Operand, inputs, scalars)),
        WienerExpression e => Filter(e, Evaluate(e.Operand, inputs, scalars), Evaluate(e.Signal, inputs, scalars).Values[0], Evaluate(e.Noise, inputs, scalars).Values[0]),
        _ => throw new NotSupportedException(expression.GetType().Name),
    };

    /// <summary>An exactly known tensor.</summary>
    public static OracleTensor Exact(TensorShape shape, ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return new OracleTensor(shape, wide, new double[values.Length]);
    }

    // By coordinates: each element of the result is looked up where its frame and its place in the frame say.
    private static OracleTensor Frames(FramesExpression frames, OracleTensor input)
    {
        var (axis, share) = (frames.Axis, input.Shape[frames.Axis] / frames.Count);
        var shape = (frames with { Index = 0 }).ShapeOf(input.Shape);
        var places = new int[shape.ElementCount];
        for (var i = 0; i < places.Length; i++)
        {
            var (rest, place, stride) = (i, 0, 1);
            for (var a = input.Shape.Rank - 1; a >= 0; a--)
            {
                (rest, var coordinate) = Math.DivRem(rest, shape[a + 1]);
                place += (coordinate + (a == axis ? i / (int)(shape.ElementCount / frames.Count) * share : 0)) * stride;
                stride *= input.Shape[a];
            }

            places[i] = place;
        }

        return new OracleTensor(shape, [.. places.Select(p => input.Values[p])], [.. places.Select(p => input.Errors[p])]);
    }

    private static OracleTensor Number(float value) => Exact(TensorShape.Scalar, [value]);

    private static OracleTensor Map(OracleTensor operand, Func<double, double, (double, double)> map)
    {
        var pairs = operand.Values.Zip(operand.Errors, map).ToArray();
        return new OracleTensor(operand.Shape, [.. pairs.Select(p => p.Item1)], [.. pairs.Select(p => p.Item2)]);
    }

    private (double Value, double Error) Unary(UnaryOperation operation, double v, double d) => operation switch
    {
        UnaryOperation.Abs => (Math.Abs(v), d),
        UnaryOperation.Square => Rounded(v * v, (2 * Math.Abs(v) * d) + (d * d)),
        _ => v < 0 && v + d < 0
            ? (double.NaN, 0)
            : v - d <= 0 && d > 0 ? (Math.Sqrt(Math.Max(0, v)), double.PositiveInfinity) : Rounded(Math.Sqrt(v), d == 0 ? 0 : d / (2 * Math.Sqrt(v - d))),
    };

    private OracleTensor Binary(BinaryOperation operation, OracleTensor left, OracleTensor right)
    {
        var shape = left.Shape.Rank == 0 ? right.Shape : left.Shape;
        var count = (int)shape.ElementCount;
        var (values, errors) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var l = left.Shape.Rank == 0 ? 0 : i;
            var r = right.Shape.Rank == 0 ? 0 : i;
            (values[i], errors[i]) = Binary(operation, left.Values[l], left.Errors[l], right.Values[r], right.Errors[r]);
        }

        return new OracleTensor(shape, values, errors);
    }

    private (double, double) Binary(BinaryOperation operation, double a, double da, double b, double db) => operation switch
    {
        BinaryOperation.Add => Rounded(a + b, da + db),
        BinaryOperation.Subtract => Rounded(a - b, da + db),
        BinaryOperation.Multiply => Rounded(a * b, (Math.Abs(a) * db) + (Math.Abs(b) * da) + (da * db)),
        _ => Math.Abs(b) <= db && db > 0
            ? (a / b, double.PositiveInfinity)
            : Rounded(a / b, da == 0 && db == 0 ? 0 : (da + (Math.Abs(a / b) * db)) / (Math.Abs(b) - db)),
    };

    private (double, double) Rounded(double value, double error) => Math.Abs(value) + error > 3e38
        ? (value, double.IsFinite(value) ? double.PositiveInfinity : 0)
        : (value, error + (unitRoundoff * (Math.Abs(value) + error)) + (value == 0 && error == 0 ? 0 : Tiny));

    private OracleTensor Pool(AveragePoolExpression pool, OracleTensor operand)
    {
        int height = operand.Shape[^2], width = operand.Shape[^1], rows = height / pool.Rows, columns = width / pool.Columns;
        var planes = (int)(operand.Shape.ElementCount / height / width);
        var windows = new List<(double, double)>();
        for (var plane = 0; plane < planes; plane++)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var (p, r, c) = (plane, row, column);
                    var indices = from y in Enumerable.Range(r * pool.Rows, pool.Rows)
                                  from x in Enumerable.Range(c * pool.Columns, pool.Columns)
                                  select (((p * height) + y) * width) + x;
                    windows.Add(Fold(Reduction.Mean, operand, [.. indices]));
                }
            }
        }

        return FromPairs(new TensorShape([.. operand.Shape.Dimensions[..^2], rows, columns]), windows);
    }

    private OracleTensor Reduce(ReduceExpression reduce, OracleTensor operand)
    {
        var shape = new TensorShape(operand.Shape.Dimensions[..reduce.Keep]);
        var groups = (int)shape.ElementCount;
        var length = operand.Values.Length / groups;
        return FromPairs(shape, Enumerable.Range(0, groups).Select(g => Fold(reduce.Reduction, operand, [.. Enumerable.Range(g * length, length)])));
    }

    private (double, double) Fold(Reduction reduction, OracleTensor operand, int[] indices)
    {
        if (reduction == Reduction.Max)
        {
            return (indices.Select(i => operand.Values[i]).Aggregate(Math.Max), indices.Max(i => operand.Errors[i]));
        }

        var sum = indices.Sum(i => operand.Values[i]);
        var magnitudes = indices.Sum(i => Math.Abs(operand.Values[i]));
        if (magnitudes > 3e38)
        {
            return (sum, double.IsFinite(magnitudes) ? double.PositiveInfinity : 0);
        }

        var error = indices.Sum(i => operand.Errors[i]) + (indices.Length == 1 ? 0 : sumRoundoff(indices.Length) * magnitudes);
        var divisor = reduction == Reduction.Mean ? indices.Length : 1;
        return indices.Length == 1 ? (sum, error) : Rounded(sum / divisor, error / divisor);
    }

    // As a sum of cosines, frequency by frequency: g(f) weighs how the element at the other end of each distance contributes.
    private OracleTensor Filter(WienerExpression filter, OracleTensor operand, double signal, double noise)
    {
        var n = filter.Size;
        double[] gains = [.. Enumerable.Range(0, n).Select(f => signal / ((signal * signal) + (noise * noise * (Math.Pow(Math.Min(f, n - f) / (double)n, filter.Power) + 1e-16))))];
        double Weight(int distance) => Enumerable.Range(0, n).Sum(f => gains[f] * Math.Cos(2 * Math.PI * f * distance / n)) / gains.Sum();
        double[] weights = [.. Enumerable.Range(0, n).Select(Weight)];
        var roundoff = (2 * sumRoundoff(n)) + (8 * unitRoundoff);
        return FromPairs(operand.Shape, Enumerable.Range(0, operand.Values.Length).Select(i =>
        {
            var (place, first) = (i / filter.Stride % n, i - (i / filter.Stride % n * filter.Stride));
            var line = Enumerable.Range(0, n).Select(j => (Weight: weights[(place - j + n) % n], At: first + (j * filter.Stride))).ToArray();
            return (line.Sum(l => l.Weight * operand.Values[l.At]), line.Sum(l => (Math.Abs(l.Weight) * operand.Errors[l.At]) + (roundoff * (Math.Abs(operand.Values[l.At]) + operand.Errors[l.At]))));
        }));
    }

    private static OracleTensor FromPairs(TensorShape shape, IEnumerable<(double Value, double Error)> pairs)
    {
        var all = pairs.ToArray();
        return new OracleTensor(shape, [.. all.Select(p => p.Value)], [.. all.Select(p => p.Error)]);
    }
}
