using System.Collections.Immutable;
using System.Globalization;

namespace CachePolicies.Traces;

/// <summary>Finds out what a trace holds, and that it holds it in every step.</summary>
internal static class TraceContents
{
    public static ImmutableArray<TraceBoundary> Check(SafetensorsFile file, int steps)
    {
        if (file.Metadata.GetValueOrDefault("boundaries") is not { Length: > 0 } listed)
        {
            throw TraceReader.Wrong(file.Path, "it does not list its boundaries; expected 'boundaries' with their names in order, separated by commas");
        }

        var names = listed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw TraceReader.Wrong(file.Path, $"it lists the boundary '{Excerpt.Of(twice.Key)}' twice");
        }

        var shapes = names.ToDictionary(n => n, _ => new SortedDictionary<string, TensorShape>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (key, entry) in file.Tensors)
        {
            var (step, boundary, tensor) = Split(file.Path, key);
            if (!shapes.TryGetValue(boundary, out var found))
            {
                throw TraceReader.Wrong(file.Path, $"it holds '{key}', but lists only the boundaries {listed}");
            }

            if (step >= steps)
            {
                throw TraceReader.Wrong(file.Path, $"it holds '{key}', but has {steps} steps");
            }

            var shape = ShapeOf(file.Path, key, entry);
            if (!found.TryAdd(tensor, shape) && !found[tensor].Equals(shape))
            {
                throw TraceReader.Wrong(file.Path, $"'{key}' has the shape {shape} and the same tensor in another step {found[tensor]}");
            }
        }

        RequireEveryStep(file, steps, shapes);
        var recorded = names.Where(n => shapes[n].Count > 0).ToArray();
        return [.. recorded.Select((name, i) => new TraceBoundary(name, TensorsOf(file.Path, recorded, i, shapes)))];
    }

    private static (int Step, string Boundary, string Tensor) Split(string path, string key)
    {
        var parts = key.Split('/');
        return parts.Length is 2 or 3 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step) && parts.Skip(1).All(p => p.Length > 0)
            ? (step, parts[1], parts.Length == 3 ? parts[2] : TraceReader.PrimaryName)
            : throw TraceReader.Wrong(path, $"it holds '{key}'; expected names such as 0007/structure and 0007/structure/text");
    }

    private static TensorShape ShapeOf(string path, string key, SafetensorsEntry entry)
    {
        if (entry.Type is not ("F32" or "F16" or "BF16"))
        {
            throw TraceReader.Wrong(path, $"'{key}' holds {entry.Type}; expected F32, F16 or BF16");
        }

        return entry.Shape is [1, .. var axes] && axes.All(a => a is > 0 and <= int.MaxValue)
            ? new TensorShape([.. axes.Select(a => (Dimension)(int)a)])
            : throw TraceReader.Wrong(path, $"'{key}' has the shape [{string.Join(", ", entry.Shape)}]; expected a batch axis of 1 and elements along every other, because a trace is of one lane");
    }

    private static void RequireEveryStep(SafetensorsFile file, int steps, Dictionary<string, SortedDictionary<string, TensorShape>> shapes)
    {
        foreach (var (boundary, tensors) in shapes)
        {
            if (tensors.Count > 0 && !tensors.ContainsKey(TraceReader.PrimaryName))
            {
                throw TraceReader.Wrong(file.Path, $"it holds '{boundary}/{tensors.First().Key}', but not the state at '{boundary}' itself");
            }

            foreach (var tensor in tensors.Keys)
            {
                for (var step = 0; step < steps; step++)
                {
                    if (!file.Tensors.ContainsKey(TraceReader.KeyOf(step, boundary, tensor)))
                    {
                        throw TraceReader.Wrong(file.Path, $"it lacks '{TraceReader.KeyOf(step, boundary, tensor)}', which it holds for other steps; record every step in full");
                    }
                }
            }
        }
    }

    private static ImmutableArray<TraceTensor> TensorsOf(
        string path, string[] recorded, int index, Dictionary<string, SortedDictionary<string, TensorShape>> shapes)
    {
        bool IsNextDoor(string tensor, int neighbour) =>
            neighbour >= 0 && neighbour < recorded.Length && shapes[recorded[neighbour]].ContainsKey(tensor);
        TraceTensor Describe(string tensor, TensorShape shape) => new(
            tensor,
            tensor == TraceReader.PrimaryName || IsNextDoor(tensor, index - 1) || IsNextDoor(tensor, index + 1) ? TensorKind.State : TensorKind.Signal,
            shape);

        var here = shapes[recorded[index]];
        return
        [
            Describe(TraceReader.PrimaryName, here[TraceReader.PrimaryName]),
            .. here.Where(t => t.Key != TraceReader.PrimaryName).Select(t => Describe(t.Key, t.Value)),
        ];
    }
}
