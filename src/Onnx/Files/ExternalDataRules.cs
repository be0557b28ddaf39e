using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>Finds the external data of a model and checks it without reading it.</summary>
internal static class ExternalDataRules
{
    /// <summary>The model's external tensors, each in a file of the folder that is there and long enough.</summary>
    public static List<OnnxExternalTensor> Resolve(ModelProto model, string modelPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var lengths = new Dictionary<string, (string FullPath, long Length)>(StringComparer.Ordinal);
        var tensors = new List<OnnxExternalTensor>();
        foreach (var tensor in model.AllTensors().Where(tensor => tensor.IsExternal()))
        {
            var (location, offset, length) = tensor.ExternalReference();
            if (!lengths.TryGetValue(location, out var file))
            {
                file = Open(modelPath, folder, tensor.Name, location);
                lengths.Add(location, file);
            }

            if (offset > file.Length || length > file.Length - offset)
            {
                throw new OnnxFormatException(
                    $"'{modelPath}': the external data of '{tensor.Name}' is {length} bytes from byte {offset} of '{location}', but that file has {file.Length} bytes.");
            }

            tensors.Add(new OnnxExternalTensor(tensor.Name, location, file.FullPath, offset, length));
        }

        return tensors;
    }

    private static (string FullPath, long Length) Open(string modelPath, string folder, string tensor, string location)
    {
        var fullPath = Path.IsPathRooted(location) || location.Contains('\0', StringComparison.Ordinal)
            ? null
            : Path.GetFullPath(Path.Combine(folder, location));
        if (fullPath is null || !fullPath.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new OnnxFormatException(
                $"'{modelPath}': the external data of '{tensor}' is stated to be in '{location}', outside the model's folder; expected a path inside it.");
        }

        // The files of a download cache are often links: the length that counts is the target's.
        var file = new FileInfo(fullPath);
        if (file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
        {
            file = target;
        }

        return file.Exists
            ? (fullPath, file.Length)
            : throw new OnnxFormatException($"'{modelPath}': the external data of '{tensor}' should be in '{location}', but there is no such file beside the model.");
    }
}
