using System.Collections.Immutable;
using CachePolicies.Models;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Compares a stage's graph with what the manifest says of its tensors.</summary>
internal static class GraphChecks
{
    /// <summary>Checks that the graph reads known tensors of the right type and shape.</summary>
    public static void CheckInputs(InferenceSession session, string file, IReadOnlyDictionary<string, TensorDescriptor> known, int? batch)
    {
        foreach (var (name, found) in session.InputMetadata)
        {
            if (!known.TryGetValue(name, out var described))
            {
                throw new InvalidModelException(
                    $"'{file}' reads '{name}', which the manifest does not have at or before the stage's start. It has {string.Join(", ", known.Keys)}.");
            }

            CheckTensor(file, name, found, described, batch);
        }
    }

    /// <summary>Checks that the graph writes exactly the tensors of a boundary or of the prelude.</summary>
    public static void CheckOutputs(InferenceSession session, string file, string boundary, ImmutableArray<ManifestTensor> tensors, int? batch)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            var name = $"{boundary}/{tensor.Name}";
            wanted.Add(name);
            if (!session.OutputMetadata.TryGetValue(name, out var found))
            {
                throw new InvalidModelException(
                    $"'{file}' does not write '{name}', which the manifest has at '{boundary}'. It writes {string.Join(", ", session.OutputNames)}.");
            }

            CheckTensor(file, name, found, tensor.ToDescriptor(), batch);
        }

        if (session.OutputNames.FirstOrDefault(n => !wanted.Contains(n)) is { } extra)
        {
            throw new InvalidModelException($"'{file}' writes '{extra}', which the manifest does not have at '{boundary}'.");
        }
    }

    private static void CheckTensor(string file, string name, NodeMetadata found, TensorDescriptor described, int? batch)
    {
        if (!found.IsTensor)
        {
            throw new InvalidModelException($"'{name}' in '{file}' is {found.OnnxValueType}, not a tensor.");
        }

        if (found.ElementDataType != described.ElementType.ToOnnx())
        {
            throw new InvalidModelException(
                $"'{name}' is {found.ElementDataType.ToName()} in '{file}' and {described.ElementType.ToName()} in the manifest.");
        }

        if (!Fits(found.Dimensions, described.Shape))
        {
            var wanted = string.Join(", ", described.Shape.Dimensions.ToArray().Select(d => d.ToString()).Prepend("batch"));
            throw new InvalidModelException($"'{name}' is {Describe(found)} in '{file}' and [{wanted}] in the manifest.");
        }

        if (found.Dimensions[0] >= 0 && found.Dimensions[0] != batch)
        {
            throw new InvalidModelException(
                $"The batch axis of '{name}' in '{file}' is fixed to {found.Dimensions[0]}; export it with the first axis free, or fixed to 1 with \"batch\": 1 in the manifest.");
        }
    }

    private static bool Fits(int[] found, TensorShape described)
    {
        if (found.Length != described.Rank + 1)
        {
            return false;
        }

        for (var axis = 0; axis < described.Rank; axis++)
        {
            var (size, dimension) = (found[axis + 1], described.Dimensions[axis]);
            if (size >= 0 && (dimension.IsFree || dimension.Size != size))
            {
                return false;
            }
        }

        return true;
    }

    private static string Describe(NodeMetadata found) =>
        $"[{string.Join(", ", found.Dimensions.Select((d, i) => d >= 0 ? $"{d}" : found.SymbolicDimensions[i] is { Length: > 0 } name ? name : "?"))}]";
}
