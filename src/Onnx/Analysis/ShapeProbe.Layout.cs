namespace CachePolicies.Onnx;

/// <content>Operators that move elements: their shapes, and the elements of small tensors.</content>
internal sealed partial class ShapeProbe
{
    private static long[] Pooled(NodeContext n, long channels, long[] kernel)
    {
        var input = n.Shape(0);
        var axes = kernel.Length;
        var strides = n.AttributeList("strides") ?? [.. Enumerable.Repeat(1L, axes)];
        var pads = n.AttributeList("pads") ?? new long[2 * axes];
        var dilations = n.AttributeList("dilations") ?? [.. Enumerable.Repeat(1L, axes)];
        var same = n.AttributeText("auto_pad").StartsWith("SAME", StringComparison.Ordinal);
        var up = n.Attribute("ceil_mode", 0) != 0 ? 1 : 0;
        var output = new long[axes + 2];
        (output[0], output[1]) = (input[0], channels);
        for (var i = 0; i < axes; i++)
        {
            var span = input[i + 2] + pads[i] + pads[i + axes] - (dilations[i] * (kernel[i] - 1)) - 1;
            output[i + 2] = same ? (input[i + 2] + strides[i] - 1) / strides[i] : ((span + (up * (strides[i] - 1))) / strides[i]) + 1;
        }

        return output;
    }

    private static long[] Resized(NodeContext n)
    {
        var input = n.Shape(0);
        if (n[3].Integers() is { } sizes && n.AttributeList("axes") is null)
        {
            return sizes;
        }

        var scales = n[2].Data ?? throw new InvalidOperationException();
        return [.. input.Zip(scales, (size, scale) => (long)Math.Floor(size * scale))];
    }

    private static long[] Reshaped(NodeContext n)
    {
        var input = n.Shape(0);
        var wanted = n[1].Integers() ?? throw new InvalidOperationException();
        var result = new long[wanted.Length];
        var open = -1;
        long known = 1;
        for (var i = 0; i < wanted.Length; i++)
        {
            result[i] = wanted[i] == 0 && n.Attribute("allowzero", 0) == 0 ? input[i] : wanted[i];
            if (result[i] < 0)
            {
                open = i;
            }
            else
            {
                known *= result[i];
            }
        }

        if (open >= 0)
        {
            result[open] = n[0].Count / known;
        }

        return result;
    }

    private static long[] Blocked(long[] shape, long block, bool toSpace) => toSpace
        ? [shape[0], shape[1] / (block * block), shape[2] * block, shape[3] * block]
        : [shape[0], shape[1] * block * block, shape[2] / block, shape[3] / block];

    private static ProbeTensor Flatten(NodeContext n)
    {
        var shape = n.Shape(0);
        var axis = NodeContext.Axis(n.Attribute("axis", 1), shape.Length);
        return new ProbeTensor(n[0].Type, [shape[..axis].Aggregate(1L, (a, b) => a * b), shape[axis..].Aggregate(1L, (a, b) => a * b)], n[0].Data);
    }

    private static long[] Permuted(NodeContext n)
    {
        var shape = n.Shape(0);
        return n.AttributeList("perm") is { } order ? [.. order.Select(axis => shape[axis])] : [.. shape.Reverse()];
    }

    private static long[] Unsqueezed(NodeContext n)
    {
        var axes = n.ListOf("axes", 1) ?? throw new InvalidOperationException();
        var shape = new Queue<long>(n.Shape(0));
        var rank = shape.Count + axes.Length;
        var added = axes.Select(axis => NodeContext.Axis(axis, rank)).ToHashSet();
        return [.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : shape.Dequeue())];
    }

    private static long[] Squeezed(NodeContext n)
    {
        var shape = n.Shape(0);
        if (n.ListOf("axes", 1) is not { } axes)
        {
            return n.Has(1) ? throw new InvalidOperationException() : [.. shape.Where(size => size != 1)];
        }

        var removed = axes.Select(axis => NodeContext.Axis(axis, shape.Length)).ToHashSet();
        return [.. shape.Where((_, i) => !removed.Contains(i))];
    }

    private static ProbeTensor Concatenated(NodeContext n)
    {
        var shape = (long[])n.Shape(0).Clone();
        var axis = NodeContext.Axis(n.Attribute("axis", 0), shape.Length);
        for (var i = 1; i < n.Inputs.Length; i++)
        {
            var other = n.Shape(i);
            for (var along = 0; along < shape.Length; along++)
            {
                shape[along] = along == axis ? shape[axis] + other[axis] : Same(n, shape[along], other[along]);
            }
        }

        n.Joins.Add([.. Enumerable.Range(0, n.Inputs.Length).Select(i => n.Shape(i)[axis])]);
        var data = shape.Length == 1 && n.Inputs.All(input => input.Data is not null) ? n.Inputs.SelectMany(input => input.Data!).ToArray() : null;
        return new ProbeTensor(n[0].Type, shape, data);
    }

    private static ProbeTensor[] SplitParts(NodeContext n)
    {
        var shape = n.Shape(0);
        var axis = NodeContext.Axis(n.Attribute("axis", 0), shape.Length);
        var count = n.Node.Output.Count;
        var even = (shape[axis] + count - 1) / count;
        var sizes = n.ListOf("split", 1) ?? [.. Enumerable.Range(0, count).Select(i => Math.Min(even, shape[axis] - (i * even)))];
        var parts = new ProbeTensor[sizes.Length];
        var start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = (long[])shape.Clone();
            part[axis] = sizes[i];
            var data = n[0].Data is { } all && shape.Length == 1 ? all[start..(start += (int)sizes[i])] : null;
            parts[i] = new ProbeTensor(n[0].Type, part, data);
        }

        return parts;
    }

    private static ProbeTensor Sliced(NodeContext n)
    {
        var shape = (long[])n.Shape(0).Clone();
        var starts = n.ListOf("starts", 1) ?? throw new InvalidOperationException();
        var ends = n.ListOf("ends", 2) ?? throw new InvalidOperationException();
        var axes = n.ListOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var steps = n[4].Integers() ?? [.. Enumerable.Repeat(1L, starts.Length)];
        var data = shape.Length == 1 ? n[0].Data : null;
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = NodeContext.Axis(axes[i], shape.Length);
            var (size, step) = (shape[axis], steps[i]);
            long Bound(long value, long low, long high) => Math.Clamp(value < 0 ? value + size : value, low, high);
            var (start, end) = step > 0
                ? (Bound(starts[i], 0, size), Bound(ends[i], 0, size))
                : (Bound(starts[i], 0, size - 1), ends[i] < -size ? -1 : Bound(ends[i], -1, size - 1));
            shape[axis] = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
            data = data is null ? null : [.. Enumerable.Range(0, (int)shape[axis]).Select(k => data[start + (k * step)])];
        }

        return new ProbeTensor(n[0].Type, shape, data);
    }

    private static ProbeTensor Gathered(NodeContext n)
    {
        var shape = n.Shape(0);
        var axis = NodeContext.Axis(n.Attribute("axis", 0), shape.Length);
        double[]? data = null;
        if (shape.Length == 1 && n[0].Data is { } values && n[1].Integers() is { } indices)
        {
            data = [.. indices.Select(index => values[index < 0 ? index + values.Length : index])];
        }

        return new ProbeTensor(n[0].Type, [.. shape[..axis], .. n.Shape(1), .. shape[(axis + 1)..]], data);
    }

    private static long[] Padded(NodeContext n)
    {
        var shape = (long[])n.Shape(0).Clone();
        var pads = n.ListOf("pads", 1) ?? throw new InvalidOperationException();
        var axes = n[3].Integers() ?? [.. Enumerable.Range(0, shape.Length).Select(i => (long)i)];
        for (var i = 0; i < axes.Length; i++)
        {
            shape[NodeContext.Axis(axes[i], shape.Length)] += pads[i] + pads[i + axes.Length];
        }

        return shape;
    }

    private static long[] Reduced(long[] shape, long[]? axes, bool keep)
    {
        var reduced = axes is { Length: > 0 } ? axes.Select(axis => NodeContext.Axis(axis, shape.Length)).ToHashSet() : [.. Enumerable.Range(0, shape.Length)];
        return keep ? [.. shape.Select((size, i) => reduced.Contains(i) ? 1 : size)] : [.. shape.Where((_, i) => !reduced.Contains(i))];
    }

    private static long[] Einsum(NodeContext n)
    {
        var equation = n.AttributeText("equation").Replace(" ", "", StringComparison.Ordinal).Split("->");
        var terms = equation[0].Split(',');
        var sizes = new Dictionary<char, long>();
        for (var i = 0; i < terms.Length; i++)
        {
            for (var axis = 0; axis < terms[i].Length; axis++)
            {
                sizes[terms[i][axis]] = n.Shape(i)[axis];
            }
        }

        return [.. equation[1].Select(letter => sizes.TryGetValue(letter, out var size) ? size : throw new InvalidOperationException())];
    }
}
