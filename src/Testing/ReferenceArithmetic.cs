using System.Numerics;

namespace CachePolicies.Testing;

/// <summary>Expressions in plain code: one array for each node, sums in float64. Slow and obvious.</summary>
public static class ReferenceArithmetic
{
    /// <summary>The value of an expression.</summary>
    /// <param name="expression">What is computed.</param>
    /// <param name="inputs">The input tensors with their shapes.</param>
    /// <param name="scalars">The run-time numbers.</param>
    public static float[] Evaluate(TensorExpression expression, (float[] Values, TensorShape Shape)[] inputs, params float[] scalars)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        TensorShape ShapeOf(TensorExpression e) => e.ShapeOf([.. inputs.Select(i => i.Shape)]);
        return expression switch
        {
            InputExpression input => inputs[input.Index].Values,
            FramesExpression frames => Frames(frames, inputs[frames.Index].Values, inputs[frames.Index].Shape),
            ScalarExpression scalar => [scalars[scalar.Index]],
            ConstantExpression constant => [constant.Value],
            UnaryExpression unary => [.. Evaluate(unary.Operand, inputs, scalars).Select(a => Apply(unary.Operation, a))],
            ClampExpression clamp => [.. Evaluate(clamp.Operand, inputs, scalars).Select(a => float.IsNaN(a) ? a : Math.Min(Math.Max(a, clamp.Minimum), clamp.Maximum))],
            ReplaceNaNExpression replace => [.. Evaluate(replace.Operand, inputs, scalars).Select(a => float.IsNaN(a) ? replace.Replacement : a)],
            BinaryExpression binary => Combine(binary.Operation, Evaluate(binary.Left, inputs, scalars), Evaluate(binary.Right, inputs, scalars), ShapeOf(binary)),
            AveragePoolExpression pool => Pool(Evaluate(pool.Operand, inputs, scalars), ShapeOf(pool.Operand), pool.Rows, pool.Columns),
            ReduceExpression reduce => Reduce(reduce.Reduction, Evaluate(reduce.Operand, inputs, scalars), ShapeOf(reduce)),
            WienerExpression filter => Filter(filter, Evaluate(filter.Operand, inputs, scalars), Evaluate(filter.Signal, inputs, scalars)[0], Evaluate(filter.Noise, inputs, scalars)[0]),
            _ => throw new ArgumentException($"{expression} is not a known expression.", nameof(expression)),
        };
    }

    private static float[] Frames(FramesExpression frames, float[] values, TensorShape shape)
    {
        // The index of a source element as (before, frame, after), where after counts what a frame holds of each run along the axis.
        var run = Enumerable.Range(frames.Axis, shape.Rank - frames.Axis).Aggregate(1, (product, axis) => product * shape[axis]) / frames.Count;
        var result = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (before, frame, after) = (i / run / frames.Count, i / run % frames.Count, i % run);
            result[(((frame * (values.Length / run / frames.Count)) + before) * run) + after] = values[i];
        }

        return result;
    }

    /// <summary>Transform, gain, and back, each as its definition says.</summary>
    private static float[] Filter(WienerExpression filter, float[] values, double signal, double noise)
    {
        var (n, powers) = (filter.Size, filter.FrequencyPowers());
        double[] gains = [.. powers.Select(p => signal / ((signal * signal) + (noise * noise * p)))];
        var mean = gains.Average();
        var result = new float[values.Length];
        for (var first = 0; first < values.Length; first++)
        {
            if (first / filter.Stride % n != 0)
            {
                continue;
            }

            Complex[] line = [.. Enumerable.Range(0, n).Select(j => (Complex)values[first + (j * filter.Stride)])];
            Complex Wave(int f, int j, int sign) => Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * f * j / n);
            Complex[] transform = [.. Enumerable.Range(0, n).Select(f => gains[f] / mean * Enumerable.Range(0, n).Aggregate(Complex.Zero, (sum, j) => sum + (line[j] * Wave(f, j, -1))))];
            for (var j = 0; j < n; j++)
            {
                result[first + (j * filter.Stride)] = (float)(Enumerable.Range(0, n).Aggregate(Complex.Zero, (sum, f) => sum + (transform[f] * Wave(f, j, 1))).Real / n);
            }
        }

        return result;
    }

    private static float Apply(UnaryOperation operation, float a) => operation switch
    {
        UnaryOperation.Abs => Math.Abs(a),
        UnaryOperation.Square => a * a,
        _ => MathF.Sqrt(a),
    };

    private static float[] Combine(BinaryOperation operation, float[] left, float[] right, TensorShape shape)
    {
        var result = new float[shape.ElementCount];
        for (var i = 0; i < result.Length; i++)
        {
            var a = left[left.Length == 1 ? 0 : i];
            var b = right[right.Length == 1 ? 0 : i];
            result[i] = operation switch
            {
                BinaryOperation.Add => a + b,
                BinaryOperation.Subtract => a - b,
                BinaryOperation.Multiply => a * b,
                _ => a / b,
            };
        }

        return result;
    }

    private static float[] Pool(float[] values, TensorShape shape, int rows, int columns)
    {
        int height = shape[^2], width = shape[^1];
        var result = new List<float>();
        for (var plane = 0; plane < values.Length / (height * width); plane++)
        {
            for (var row = 0; row + rows <= height; row += rows)
            {
                for (var column = 0; column + columns <= width; column += columns)
                {
                    double sum = 0;
                    for (var i = 0; i < rows * columns; i++)
                    {
                        sum += values[(((plane * height) + row + (i / columns)) * width) + column + (i % columns)];
                    }

                    result.Add((float)(sum / (rows * columns)));
                }
            }
        }

        return [.. result];
    }

    private static float[] Reduce(Reduction reduction, float[] values, TensorShape shape)
    {
        var result = new float[shape.ElementCount];
        var count = values.Length / result.Length;
        for (var i = 0; i < result.Length; i++)
        {
            var part = values.Skip(i * count).Take(count).ToArray();
            result[i] = reduction switch
            {
                Reduction.Mean => (float)(part.Sum(v => (double)v) / count),
                Reduction.Sum => (float)part.Sum(v => (double)v),
                _ => part.Any(float.IsNaN) ? float.NaN : part.Max(),
            };
        }

        return result;
    }
}
