namespace CachePolicies.Onnx;

/// <summary>A tensor whose data lies in a file beside the model.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Location">The file as the model states it: relative to the model's folder.</param>
/// <param name="FullPath">The file's full path.</param>
/// <param name="Offset">The first byte of the data in the file.</param>
/// <param name="Length">The data's bytes.</param>
public readonly record struct OnnxExternalTensor(string Name, string Location, string FullPath, long Offset, long Length);
