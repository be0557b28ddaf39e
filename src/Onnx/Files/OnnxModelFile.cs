using CachePolicies.Files;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Onnx;

/// <summary>
/// An ONNX model as a file describes it. Weights that lie in files of their own are checked to be there and long enough, but not
/// read: a model with gigabytes of external data opens in the memory that its graph takes.
/// </summary>
public sealed class OnnxModelFile
{
    /// <summary>The oldest version of the default operator set that is read.</summary>
    public const int MinimumOpset = 11;

    private const int MinimumIrVersion = 3;
    private const int MaximumIrVersion = 13;

    private OnnxModelFile(string path, ModelProto model, IReadOnlyList<OnnxExternalTensor> externalTensors)
    {
        Path = path;
        Model = model;
        ExternalTensors = externalTensors;
        Opset = (int)DefaultOpset(model)!.Version;
    }

    /// <summary>The file's path, as it was given.</summary>
    public string Path { get; }

    /// <summary>The full path of the file's folder, to which the locations of external data are relative.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <summary>The version of the format.</summary>
    public long IrVersion => Model.IrVersion;

    /// <summary>The version of the default operator set.</summary>
    public int Opset { get; }

    /// <summary>The tensors whose data lies in files beside the model, in the model's order.</summary>
    public IReadOnlyList<OnnxExternalTensor> ExternalTensors { get; }

    internal ModelProto Model { get; }

    /// <summary>Reads a model and checks the references to its external data.</summary>
    /// <param name="path">The model's file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OnnxFormatException">
    /// The file is no ONNX model, was cut off, is of a version that is not read, or its external data is missing, too short or
    /// outside the model's folder.
    /// </exception>
    public static OnnxModelFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'; expected the path of an ONNX model.", path);
        }

        var model = Parse(path);
        CheckVersions(model, path);
        return new OnnxModelFile(path, model, ExternalDataRules.Resolve(model, path));
    }

    /// <summary>Writes the model's graph, not its external data, to a file: beside its place first, then renamed.</summary>
    /// <param name="path">The file to write; one that is there is replaced.</param>
    /// <exception cref="OnnxFormatException">The model holds more than 2 GB without its external data, which the format does not allow.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing is left behind.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var draft = Draft.Create(path);
        Write(Model, path, draft.Stream);
        draft.Complete();
    }

    /// <summary>Writes a model to a stream, to the disk where it is a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The name in messages.</param>
    /// <param name="stream">Takes it.</param>
    internal static void Write(ModelProto model, string name, Stream stream)
    {
        var inline = model.AllTensors().Where(tensor => !tensor.IsExternal()).Sum(tensor => (long)tensor.RawData.Length);
        if (inline >= int.MaxValue)
        {
            throw new OnnxFormatException($"'{name}' would hold {inline} bytes of weights; above 2 GB they must be stored outside the model.");
        }

        model.WriteTo(stream);
        (stream as FileStream)?.Flush(flushToDisk: true);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return RegularFile.Open(path);
        }
        catch (InvalidDataException failure)
        {
            throw new OnnxFormatException($"{failure.Message}; expected the path of an ONNX model.", failure);
        }
    }

    private static ModelProto Parse(string path)
    {
        using var stream = Open(path);
        if (stream.Length > int.MaxValue)
        {
            throw new OnnxFormatException($"'{path}' has {stream.Length} bytes; an ONNX file holds at most 2 GB, larger weights are stored beside it.");
        }

        OnnxFileScan.Check(stream, path);
        stream.Position = 0;
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxFormatException($"'{path}' is damaged or not an ONNX model: {e.Message}", e);
        }

        return model.HasIrVersion && model.Graph is not null ? model : throw OnnxFileScan.NotOnnx(path);
    }

    private static void CheckVersions(ModelProto model, string path)
    {
        if (model.IrVersion is < MinimumIrVersion or > MaximumIrVersion)
        {
            throw new OnnxFormatException(
                $"'{path}' is of version {model.IrVersion} of the ONNX format; {MinimumIrVersion} to {MaximumIrVersion} are read.");
        }

        var opset = DefaultOpset(model)
            ?? throw new OnnxFormatException($"'{path}' does not state the version of its operator set.");
        if (opset.Version < MinimumOpset)
        {
            throw new OnnxFormatException(
                $"'{path}' uses version {opset.Version} of the operator set; expected {MinimumOpset} or later: export the model again.");
        }
    }

    private static OperatorSetIdProto? DefaultOpset(ModelProto model) =>
        model.OpsetImport.FirstOrDefault(opset => opset.Domain is "" or "ai.onnx");
}
